"""luot_tools.frame_fields: the described fields are those that frames seal and read, with the bounds they enforce."""

from collections.abc import Callable
from typing import Any

import pytest

from luot_protocol import cbor, codes, cose, frames, office_frames, orders
from luot_protocol.errors import ProtocolError
from luot_tools.frame_fields import FRAMES, RECEIPT, TAP, Frame, FrameField

KEY = bytes(32)
FULL: dict[str, Any] = {
    "tap": frames.Tap(1, 2, b"c" * 16, 3, frames.CLOCK_GOOD, 4, 5),
    "receipt": frames.Receipt(1, 2, codes.OPENED, 3, 4, 5, 6, "7", True),
    "identify": {"boot": 1, "count": 2},
    "health": dict.fromkeys(frames.HEALTH, 1) | {"version": "1.0", "faults": [1, 2]},
}
SEALS = {
    "tap": frames.seal_tap,
    "receipt": office_frames.seal_receipt,
    "health": frames.seal_health,
    "identify": office_frames.seal_identify,
}
READS = {
    "tap": office_frames.read_tap,
    "receipt": frames.read_receipt,
    "health": office_frames.read_health,
    "identify": orders.read_identify,
}
KINDS = [frame for kinds in FRAMES.values() for frame in kinds]
FIELDS = [pytest.param(frame, field, id=f"{frame.name}.{field.name}") for frame in KINDS for field in frame.fields]
MAKES: dict[str, Callable[[int], Any]] = {
    "uint": int,
    "int": int,
    "flag": bool,
    "bytes": bytes,
    "text": lambda length: "x" * length,
    "list": lambda length: [1] * length,
}


def sealed(frame: Frame) -> Any:
    """The fullest frame of its kind, opened but not read."""
    return frames.parse(SEALS[frame.name](FULL[frame.name], b"kid", KEY))


def read(frame: Frame, payload: dict[int, Any]) -> Any:
    """Read a frame that was signed over `payload`."""
    envelope = frames.parse(cose.seal(cbor.dumps(payload), b"kid", KEY, frame.direction))
    return READS[frame.name](envelope, KEY)


def refuses(frame: Frame, payload: dict[int, Any]) -> bool:
    """True when the payload is no such frame."""
    try:
        read(frame, payload)
    except ProtocolError:
        return True
    return False


@pytest.mark.parametrize("frame", KINDS, ids=lambda frame: frame.name)
def test_the_fields_are_those_of_the_code(frame: Frame) -> None:
    """Each key of the fullest frame is described, under the name that the code has for its value."""
    payload = cbor.loads(sealed(frame).payload)
    assert [field.key for field in frame.fields] == list(payload)
    full = FULL[frame.name]
    full = full if isinstance(full, dict) else {name: getattr(full, name) for name in full.__slots__}
    assert {field.key: full.get(field.name, field.least) for field in frame.fields} == payload
    assert {"kind", *full} == {field.name for field in frame.fields}
    assert cose.verify(sealed(frame), KEY, frame.direction)


@pytest.mark.parametrize(("frame", "field"), FIELDS)
def test_bounds(frame: Frame, field: FrameField) -> None:
    """The least and the most are read; another type is refused, and of numbers and bytes one beyond either."""
    payload = cbor.loads(sealed(frame).payload)
    made: Callable[[int], Any] = MAKES[field.kind]
    beyond = [made(field.least - 1), made(field.most + 1)] if field.kind in ("uint", "int", "bytes") else []
    for value in (made(field.least), made(field.most)):
        assert not refuses(frame, {**payload, field.key: value})
    for value in [*beyond, ["of another type"]]:
        assert refuses(frame, {**payload, field.key: value})


@pytest.mark.parametrize(("frame", "field"), FIELDS)
def test_needed_fields(frame: Frame, field: FrameField) -> None:
    """A frame without a field is read exactly when that field is optional: age_ms is where the clock was lost."""
    payload = cbor.loads(sealed(frame).payload)
    if field.name == "age_ms":
        assert refuses(frame, {key: value for key, value in payload.items() if key != field.key})
        payload[5] = frames.CLOCK_UNKNOWN
    del payload[field.key]
    assert field.optional == (not refuses(frame, payload))


def test_values_have_their_names() -> None:
    """Every code of a receipt and every quality of a clock is named."""
    named = {field.name: field.names for frame in (TAP, RECEIPT) for field in frame.fields if field.names}
    assert {"code": codes.NAMES, "clock": dict.fromkeys(range(3))} == {
        name: names if name == "code" else dict.fromkeys(names) for name, names in named.items()
    }
