"""Writes protocol/vectors.json: bytes and their meaning, so that any language can prove that it speaks the protocol.

Everything in it is fixed and made by `luot_protocol`; the keys are public, never a site's.
"""

import json
import sys
from pathlib import Path
from typing import Any

from luot_protocol import cbor, codes, cose, faults, frames, office_frames, wired
from luot_protocol.card import card_hash
from luot_tools.diagnostic import diagnose
from luot_tools.invalid_frames import InvalidFrame, invalid_frames

FILE = Path(__file__).parents[2] / "protocol" / "vectors.json"

KID = bytes.fromhex("0123456789abcdef")
KEY = bytes(range(32))
CARD_KEY = bytes(range(255, 223, -1))

ABOUT = (
    "One vector a line. kind cbor: hex is the only accepted spelling of the value written in diagnostic notation "
    "(RFC 8949, section 8). kind card: hash = first 16 bytes of HMAC-SHA-256(card_key, 'luot card' || uid). "
    "kind tap, health, receipt, identify: frame is the COSE_Mac0 of payload under kid and key; "
    "to_mac is what the MAC is taken over. "
    "kind wired: line, without its CR LF, holds body on a serial port. "
    "kind invalid: frame, read as `as` with the same key, must be refused; error is our name for why."
)

_CARD = card_hash(CARD_KEY, bytes.fromhex("04a1b2c3d4e5f6"))

_VALUES: tuple[object, ...] = (
    *(0, 1, 10, 23, 24, 25, 100, 255, 256, 1000, 65535, 65536, 1000000, 4294967295, 4294967296),
    *(9007199254740993, 9223372036854775807, 9223372036854775808, 18446744073709551615),
    *(-1, -10, -24, -25, -100, -256, -257, -65536, -65537, -4294967296, -4294967297),
    *(-9223372036854775808, -9223372036854775809, -18446744073709551616),
    *(False, True, None),
    *(b"", b"\x01\x02\x03\x04", bytes(23), bytes(24), bytes(range(256))),
    *("", "a", "IETF", '"\\', "ü", "水", "𐅑", "\u0000", "\ud7ff\ue000", "\U0010ffff", "bộ phận một cửa", "x" * 24),
    *([], [1, 2, 3], [1, [2, 3], [4, 5]], list(range(1, 26))),
    *({}, {1: 2, 3: 4}, {"a": 1, "b": [2, 3]}, {0: 0, 24: 1, -1: 2, b"": 3, b"a": 4, "": 5, "a": 6, "aa": 7}),
    *(cbor.Tag(1, 1363896240), cbor.Tag(23, b"\x01\x02"), cbor.Tag(18446744073709551615, None)),
    [[[[0]]]],
)

_TAPS = {
    "first tap of a new reader": frames.Tap(0, 0, bytes(16), 0),
    "a tap sent at once": frames.Tap(1, 17, _CARD, 12),
    "a tap that waited a day": frames.Tap(3, 4711, _CARD, 86_400_000, frames.CLOCK_HELD, depth=250),
    "power was lost, the age is not known": frames.Tap(4, 4712, _CARD, None, frames.CLOCK_UNKNOWN),
    "a service button": frames.Tap(5, 1, _CARD, 5, button=3),
    "the largest numbers": frames.Tap(
        4294967295, 4294967295, b"\xff" * 16, 9007199254740992, button=255, depth=4294967295
    ),
}

_HEALTHS: dict[str, dict[str, Any]] = {
    "all is well": {
        "boot": 3,
        "count": 12,
        "uptime_s": 720,
        "version": "0.1.0",
        "faults": [],
        "depth": 0,
        "chip_starts": 1,
        "taps": 41,
        "clock": frames.CLOCK_GOOD,
        "free_bytes": 90_112,
        "signal_dbm": -67,
        "battery_mv": 3912,
        "obeyed": 11,
    },
    "no card chip, and no answer": {
        "boot": 3,
        "count": 13,
        "faults": [faults.CHIP_ABSENT, faults.OFFICE_SILENT],
        "missing": 2,
    },
    "nothing but its name": {"boot": 0, "count": 0},
    "the largest numbers": {
        **dict.fromkeys(frames.HEALTH, 4294967295),
        "version": "x" * frames.MAX_VERSION_CHARS,
        "faults": [255] * frames.MAX_FAULTS,
        "signal_dbm": -127,
    },
}

_RECEIPTS = {
    "a place in line": frames.Receipt(1, 17, codes.OPENED, 17, 5, 10, 15),
    "nobody ahead": frames.Receipt(1, 18, codes.OPENED, 1, 0, 0, 5),
    "longer than is shown": frames.Receipt(1, 19, codes.WAITING, 120, 80, 120),
    "the office may close first": frames.Receipt(1, 21, codes.OPENED, 17, 12, 45, 60, closes_first=True),
    "your turn": frames.Receipt(1, 20, codes.YOUR_TURN, 17, desk="3"),
    "the largest numbers and the longest id": frames.Receipt(
        *(4294967295, 4294967295, 255, 4294967295, 4294967295, 4294967295, 4294967295), desk="a" * 32, closes_first=True
    ),
}

_ORDERS = {
    "to the reader of the first report above": {"boot": 3, "count": 12},
    "the largest numbers": {"boot": 4294967295, "count": 4294967295},
}


_LINES = (
    ("a reader has come", wired.HELLO, b"mot-cua/entry-1"),
    ("frames are carried", wired.WELCOME, b""),
    ("frames are not carried: the broker is away", wired.CLOSED, bytes((faults.BROKER_UNREACHABLE,))),
    ("a frame goes up", wired.UP, frames.seal_tap(_TAPS["a tap sent at once"], KID, KEY)),
    ("a frame comes down", wired.DOWN, office_frames.seal_receipt(_RECEIPTS["a place in line"], KID, KEY)),
    ("the longest", wired.UP, bytes(wired.MAX_BODY_BYTES)),
)


def text() -> str:
    """The whole file, one vector a line, so that a board can read it line by line."""
    rows = [*map(_cbor, _VALUES), *map(_card, _uids()), *_frames(), *_lines(), *map(_invalid, invalid_frames(KID, KEY))]
    head = {"about": ABOUT, "kid": KID.hex(), "key": KEY.hex(), "card_key": CARD_KEY.hex()}
    lines = [f"  {json.dumps(name)}: {_json(value)},\n" for name, value in head.items()]
    return "{\n" + "".join(lines) + '  "vectors": [\n    ' + ",\n    ".join(map(_json, rows)) + "\n  ]\n}\n"


def _uids() -> list[bytes]:
    return [bytes.fromhex(uid) for uid in ("04a1b2c3", "00000000", "04a1b2c3d4e5f6", "08a1b2c3d4e5f60718ff")]


def _cbor(value: object) -> dict[str, Any]:
    return {"kind": "cbor", "hex": cbor.dumps(value).hex(), "value": diagnose(value)}


def _card(uid: bytes) -> dict[str, Any]:
    return {"kind": "card", "uid": uid.hex(), "hash": card_hash(CARD_KEY, uid).hex()}


def _frames() -> list[dict[str, Any]]:
    by_code = {f"code {word}": frames.Receipt(2, code, code, 17) for code, word in codes.NAMES.items()}
    taps = [_frame("tap", name, tap, frames.seal_tap(tap, KID, KEY), frames.UP) for name, tap in _TAPS.items()]
    healths = [
        _frame("health", name, health, frames.seal_health(health, KID, KEY), frames.UP)
        for name, health in _HEALTHS.items()
    ]
    receipts = [
        _frame("receipt", name, receipt, office_frames.seal_receipt(receipt, KID, KEY), frames.DOWN)
        for name, receipt in (_RECEIPTS | by_code).items()
    ]
    orders = [
        _frame("identify", name, order, office_frames.seal_identify(order, KID, KEY), frames.DOWN)
        for name, order in _ORDERS.items()
    ]
    return taps + healths + receipts + orders


def _frame(kind: str, name: str, meaning: Any, frame: bytes, direction: bytes) -> dict[str, Any]:
    payload = cose.parse(frame).payload
    fields = meaning if isinstance(meaning, dict) else {slot: getattr(meaning, slot) for slot in meaning.__slots__}
    return {
        "kind": kind,
        "name": name,
        "fields": {slot: value.hex() if isinstance(value, bytes) else value for slot, value in fields.items()},
        "payload": payload.hex(),
        "to_mac": cose.mac_structure(payload, direction).hex(),
        "frame": frame.hex(),
    }


def _lines() -> list[dict[str, Any]]:
    return [
        {
            "kind": "wired",
            "name": name,
            "letter": letter.decode(),
            "body": body.hex(),
            "line": wired.line(letter, body).decode().strip(),
        }
        for name, letter, body in _LINES
    ]


def _invalid(row: InvalidFrame) -> dict[str, Any]:
    return {"kind": "invalid", "name": row.name, "as": row.read_as, "error": row.error, "frame": row.frame.hex()}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.write_text(text(), encoding="utf-8")
    print(target)
