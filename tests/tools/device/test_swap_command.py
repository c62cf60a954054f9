"""`luot device swap` with real parts: a spare in a dead reader's place, whose unsent taps count once, in true order."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pty_board import PtyBoard, plugged
from test_setup_command import OnBoard, luot_device

from e2e.parts import FREE_PORT, Controller, enrol, luot, until
from luot_controller.access import load
from luot_controller.engine.events import VisitOpened
from luot_controller.mqtt import Connection
from luot_protocol import frames, topics
from luot_tools.device import setup

pytestmark = [pytest.mark.real, pytest.mark.alone]

EXITS = b"    sys.exit(code)\n"
"""What main.py does on a PC alone: a board's program ends at the prompt, and its clock counts on."""

TAPS = 40
BETWEEN = 50
"""A card that came between the first half and the second, elsewhere."""

OPENING = ("--service", "ho-tich", "--class", "thuong")


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[Controller]:
    data = tmp_path / "office"
    data.mkdir()
    office = Controller(data, "--broker", "mosquitto", *FREE_PORT)
    yield office
    office.stop()


@pytest.fixture
def reader(controller: Controller, tmp_path: Path) -> Iterator[OnBoard]:
    found = OnBoard(controller, "entry-1", tmp_path / "unused")
    yield found
    found.close()


@pytest.fixture
def spare_board(tmp_path: Path) -> Iterator[PtyBoard]:
    store = tmp_path / "spare"
    store.mkdir()
    yield from plugged(store, tmp_path / "spare-port")


def cut_off(board: PtyBoard) -> dict[str, Any]:
    """Let the board's radio be dead, and its program end as on a board; returns its settings."""
    board.unplug()
    settings: dict[str, Any] = json.loads((board.store / setup.SETTINGS).read_text())
    (board.store / setup.SETTINGS).write_text(json.dumps({**settings, "port": 9}))
    start = (board.store / "main.py").read_bytes()
    assert EXITS in start
    (board.store / "main.py").write_bytes(start.replace(EXITS, b"    pass\n"))
    board.plug()
    return settings


def refused(controller: Controller, settings: dict[str, Any]) -> bool:
    """Send a tap under this key, and see whether the office counts it as one of a key that it does not know."""

    def counted() -> int:
        status = json.loads(luot("status", "--json", "--data", controller.data))
        return int(status["counters"].get("frame.kid", 0))

    before = counted()
    frame = bytes(
        frames.seal_tap(frames.Tap(9, 1, bytes(16), 0), bytes.fromhex(settings["kid"]), bytes.fromhex(settings["key"]))
    )
    connection = Connection(
        load(controller.data, "entry-1"), "old", on_message=lambda _m: None, on_state=lambda _s: None
    )
    connection.start()
    try:
        connection.wait_connected(10)
        connection.publish(topics.build(settings["site"], "link_up", "entry-1"), frame)
        until(lambda: counted() > before, "the frame to be counted")
    finally:
        connection.stop()
    return True


def test_a_dead_reader(pty_board: PtyBoard, spare_board: PtyBoard, controller: Controller, reader: OnBoard) -> None:
    """Its 40 taps count once, in true order with what came between them; its key is refused; the spare serves."""
    uids = enrol(controller, BETWEEN + 1)
    where = ("--data", controller.data, "--hall", reader.hall)
    assert 0 == luot_device("setup", "entry-1", *where, "--port", pty_board.path).returncode
    reader.shown("ready")
    old = cut_off(pty_board)
    reader.wait(lambda: reader._connection is None or reader.count("offline") > 0, "the old reader to be alone")
    reader.shown("offline")
    for number in range(1, TAPS + 1):
        if number == TAPS // 2 + 1:
            luot("visit", "open", *OPENING, "--number", str(BETWEEN), "--data", controller.data)
        reader.bring(uids[number])
    began_s = time.monotonic()
    said = luot_device("swap", "entry-1", *where, "--from", pty_board.path, "--to", spare_board.path, "--json")
    assert (0, "") == (said.returncode, said.stderr)
    steps = {step["name"]: step for step in map(json.loads, said.stdout.splitlines())}
    print(f"swapped in {time.monotonic() - began_s:.1f} s, the old key refused after {steps['key']['at_s']} s")
    assert ["read", "stop", "hand-in", "key", "find", "files", "provision", "selftest", "start", "let go", "ready"] == (
        list(steps)
    )
    assert f"{TAPS} taps unsent under key {old['kid']}" == steps["read"]["detail"]
    assert f"the office has taken {TAPS} taps" == steps["hand-in"]["detail"]
    opened = sorted((fact for fact in controller.facts() if isinstance(fact, VisitOpened)), key=lambda one: one.rank_ms)
    half = TAPS // 2
    assert [*range(1, half + 1), BETWEEN, *range(half + 1, TAPS + 1)] == [fact.number for fact in opened]
    assert all(fact.aged for fact in opened)
    assert refused(controller, old)
    assert not (pty_board.store / setup.SETTINGS).exists()
    assert not (controller.data / "unsent-entry-1.json").exists()
    reader.hold(uids[BETWEEN + 1])
    reader.wait(lambda: reader.count("opened") == 1, "the spare's first visit")
    luot("verify", "--data", controller.data)

    again = luot_device("swap", "entry-1", *where, "--from", pty_board.path, "--to", spare_board.path, "--json")
    assert 0 == again.returncode
    assert ["kept"] * 6 == [
        step["did"] for step in map(json.loads, again.stdout.splitlines()) if step["name"] not in ("selftest", "ready")
    ][:6]
