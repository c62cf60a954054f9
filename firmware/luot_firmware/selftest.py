"""A reader's test of its own parts, and the report that its key signs. Loaded only when it is asked for.

A result is [name, is good (None where it could not be tried), what was found]. A report is a COSE_Mac0 as every frame
is, over JSON: {"reader": id, "nonce": of whoever asked, "results": [...]}.
"""

import asyncio
import gc
import json

from luot_firmware.clock import Clock
from luot_firmware.tasks import run_together
from luot_protocol import cose
from luot_protocol.card import card_hash

DIRECTION = b"luot/1/selftest"

CARD_MS = 10_000
"""A card is waited for so long."""

_RADIO_S = 20
_LOOKS = 3  # a field that fails in each of them is said to be unstable
_PAUSE_MS = 50
_MOST_OFF_MS = 25
_NAME = "selftest"
_TRIED = bytes(range(256)) * 8
_LEAST_FREE_BYTES = 16_384

_TRYING, _GOOD, _BAD = "identify", "green", "red_%d"
_reports = {}


async def results(board, clock, taps, ours, card_reader, card_ms=CARD_MS):
    """Try everything: `taps` is the Flash that keeps them, `ours` the Settings, `clock` one on the board's ticks."""
    found = await _chip(card_reader, clock, ours.card_key, card_ms)
    found.append(_outbox(taps, clock))
    gc.collect()
    free_bytes = gc.mem_free() if hasattr(gc, "mem_free") else None
    found.append(["memory", None if free_bytes is None else free_bytes >= _LEAST_FREE_BYTES, free_bytes])
    found.append(await _ticks(clock))
    found.append(await _radio(board, ours.wifi))
    battery_mv = board.battery_mv()
    found.append(["battery", None if battery_mv is None else True, battery_mv])
    return found


def seal(found, ours, nonce):
    """The report's bytes."""
    report = {"reader": ours.reader, "nonce": nonce, "results": found}
    return cose.seal(json.dumps(report).encode(), ours.kid, ours.key, DIRECTION)


def over_serial(nonce, card_ms, argv):
    """The report as hex digits; the same one to the same nonce, since the line may lose the answer."""
    if nonce not in _reports:
        from boards.here import Board

        board = Board(argv)
        ours = _settings(board)
        taps = board.mount()
        card_reader, _, _, others = board.attach(ours)
        found = asyncio.run(
            _together(results(board, Clock(0, board.ticks_ms), taps, ours, card_reader, card_ms), others)
        )
        _reports.clear()
        _reports[nonce] = seal(found, ours, nonce).hex()
    return _reports[nonce]


async def show(board, clock, taps, ours, card_reader, sink, others):
    """For whoever held the button: blue until it is done, then steady green, or red with the number of what is bad."""
    sink.show({"show": _NAME, "text": "", "light": _TRYING, "sound": None})

    async def tell():
        found = await results(board, clock, taps, ours, card_reader)
        bad = [number for number, result in enumerate(found) if result[1] is False]
        light = _BAD % (bad[0] + 1) if bad else _GOOD
        sink.show({"show": _NAME, "text": "", "light": light, "sound": "error" if bad else "taken"})
        for name, is_good, what in found:
            print(_NAME, {True: "ok ", False: "BAD", None: "-  "}[is_good], name, "" if what is None else what)
        print(_NAME, "report", seal(found, ours, "").hex())
        await asyncio.Event().wait()

    await run_together(tell(), *others)


def _settings(board):
    from luot_firmware import settings

    return settings.load(board.flash)


async def _together(wanted, others):
    """What `wanted` returns, while the others run."""
    answer = []

    async def run():
        answer.append(await wanted)

    await run_together(run(), *others)
    return answer[0]


async def _chip(card_reader, clock, card_key, card_ms):
    until_ms = clock.now_ms() + card_ms
    looks, uid = 0, None
    try:
        while looks < _LOOKS or (uid is None and clock.now_ms() < until_ms):
            uid = await card_reader.poll() or uid
            looks += 1
    except OSError as error:
        return [["chip", False, str(error)], ["field", None, None], ["card", None, None]]
    card = ["card", None, card_reader.refusal]
    if uid is not None:
        card = ["card", True, card_hash(card_key, uid).hex()]
    return [["chip", True, "%02x" % card_reader.version], ["field", True, looks], card]


def _outbox(taps, clock):
    began_ms = clock.now_ms()
    try:
        taps.replace(_NAME, _TRIED)
        is_right = taps.read(_NAME, 0, len(_TRIED) + 1) == _TRIED
        taps.remove(_NAME)
    except OSError as error:
        return ["outbox", False, str(error)]
    return ["outbox", is_right, clock.now_ms() - began_ms]


async def _ticks(clock):
    """The reader's counter against a pause of asyncio's, which other tasks may make longer, never shorter."""
    began_ms = clock.now_ms()
    await asyncio.sleep(_PAUSE_MS / 1000)
    passed_ms = clock.now_ms() - began_ms
    return ["ticks", passed_ms >= _PAUSE_MS - _MOST_OFF_MS, passed_ms]


async def _radio(board, wifi):
    """Its signal, once it is in its network; not tried without one."""
    for _ in range(_RADIO_S if wifi is not None else 0):
        if board.signal_dbm() is not None:
            return ["radio", True, board.signal_dbm()]
        await asyncio.sleep(1)
    return ["radio", None if wifi is None else False, board.signal_dbm()]
