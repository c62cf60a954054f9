"""From a link's bytes to a tap: who signed, which card, which service, since when."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.model import Role
from luot_controller.ingest.taps import Key, Preset, Report, TapReader, Verified
from luot_protocol import cbor, codes, cose, frames, office_frames
from luot_protocol.errors import ProtocolError

KID, SECRET = bytes(4), bytes(range(32))
CARD = bytes(range(16))
ARRIVED_MS = 1_000_000_000
AGE_LIMIT_MS = 12 * 3_600_000
CHOICES = [("papers", "plain"), ("papers", "first"), ("land", None)]


def reader(speed: float = 1.0) -> TapReader:
    taps = TapReader({"entry-1": Preset(Role.ENTRY, CHOICES, None)}, AGE_LIMIT_MS, speed)
    taps.keys = {KID: Key("entry-1", SECRET)}
    taps.cards = {CARD: 17}
    return taps


def frame(card: bytes = CARD, age_ms: int | None = 0, button: int = 0, kid: bytes = KID, key: bytes = SECRET) -> bytes:
    clock = frames.CLOCK_UNKNOWN if age_ms is None else frames.CLOCK_HELD
    return bytes(frames.seal_tap(frames.Tap(3, 9, card, age_ms, clock=clock, button=button, depth=4), kid, key))


def test_a_frame_becomes_a_tap() -> None:
    """Reader and key by the kid, number by the card's hash, service and class by the reader's preset."""
    verified = reader().read(frame(age_ms=5_000), ARRIVED_MS)
    tap = verified.tap
    assert ("entry-1", KID.hex(), 3, 9, 17) == (tap.reader, tap.kid, tap.boot, tap.seq, tap.number)
    assert (Role.ENTRY, "papers", "plain", None) == (tap.role, tap.service, tap.class_id, tap.desk)
    assert (ARRIVED_MS - 5_000, True) == (tap.tap_ms, tap.aged)
    assert (KID, SECRET, 4) == (verified.kid, verified.key, verified.unsent)


@pytest.mark.parametrize("button", range(5))
def test_buttons(button: int) -> None:
    """No button and each button choose as the site file says; one that is not there chooses nothing."""
    tap = reader().read(frame(button=button), ARRIVED_MS).tap
    assert ([*CHOICES, (None, None), (None, None)][button]) == (tap.service, tap.class_id)


def test_a_desk_reader_knows_its_desk() -> None:
    """The desk comes from the site file, never from the frame."""
    taps = reader()
    taps.presets = {"entry-1": Preset(Role.DESK, [(None, None)], "2")}
    assert (Role.DESK, "2") == (taps.read(frame(), ARRIVED_MS).tap.role, taps.read(frame(), ARRIVED_MS).tap.desk)


def test_an_unknown_card_is_still_a_tap() -> None:
    """It has no number; the engine refuses it with a receipt, and the reader's outbox is freed."""
    assert reader().read(frame(card=bytes(16)), ARRIVED_MS).tap.number is None


def test_an_unknown_age_ranks_by_arrival() -> None:
    """After a power loss the reader does not know when the tap was: it counts from its arrival and is marked."""
    tap = reader().read(frame(age_ms=None), ARRIVED_MS).tap
    assert (ARRIVED_MS, False) == (tap.tap_ms, tap.aged)


@pytest.mark.parametrize("age_ms", [AGE_LIMIT_MS, AGE_LIMIT_MS + 1, 1 << 50])
def test_the_age_counts_up_to_the_limit(age_ms: int) -> None:
    """A reader whose clock ran wild cannot claim more than the site's limit."""
    assert ARRIVED_MS - AGE_LIMIT_MS == reader().read(frame(age_ms=age_ms), ARRIVED_MS).tap.tap_ms


@given(st.integers(0, AGE_LIMIT_MS), st.sampled_from([0.1, 1.0, 2.5, 60.0, 1000.0]))
def test_ages_are_office_time(age_ms: int, speed: float) -> None:
    """The reader's clock runs in real time: its ages are scaled with office time, and limited after that."""
    tap = reader(speed).read(frame(age_ms=age_ms), ARRIVED_MS).tap
    assert min(int(age_ms * speed), AGE_LIMIT_MS) == ARRIVED_MS - tap.tap_ms
    assert tap.tap_ms <= ARRIVED_MS


def code_of(taps: TapReader, data: bytes) -> str:
    with pytest.raises(ProtocolError) as caught:
        taps.read(data, ARRIVED_MS)
    return str(caught.value.code)


def test_unknown_key() -> None:
    """A kid that is not in the registry, such as one that was renewed."""
    assert "frame.kid" == code_of(reader(), frame(kid=b"\1\2\3\4"))


def test_wrong_key() -> None:
    """The right kid with another key."""
    assert "frame.mac" == code_of(reader(), frame(key=bytes(32)))


def test_a_receipt_is_not_a_tap() -> None:
    """What was signed for one direction does not verify in the other, so nothing can be reflected."""
    assert "frame.mac" == code_of(reader(), bytes(office_frames.seal_receipt(frames.Receipt(1, 1, 1), KID, SECRET)))


def test_a_reader_that_the_site_dropped() -> None:
    """Its key is known, but the site file has no such reader."""
    taps = reader()
    taps.keys = {KID: Key("entry-9", SECRET)}
    assert "frame.reader" == code_of(taps, frame())


@given(st.data())
def test_every_changed_byte_is_noticed(data: st.DataObject) -> None:
    """One changed byte anywhere in a frame: refused with a code, never a tap, never another exception."""
    whole = frame(age_ms=77)
    at = data.draw(st.integers(0, len(whole) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda value: value != whole[at]))
    assert code_of(reader(), whole[:at] + bytes([new]) + whole[at + 1 :])


@given(st.binary(max_size=220))
def test_noise_is_refused(noise: bytes) -> None:
    """Random bytes are refused with a code."""
    assert code_of(reader(), noise)


values = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 64) - 1), st.binary(max_size=20), st.text(max_size=8)
)


@given(st.dictionaries(st.integers(0, 8), values, max_size=8))
def test_a_signed_payload_with_any_fields(fields: dict[int, object]) -> None:
    """Even an authentic reader with wrong fields ends in a code or in a tap, never in another exception."""
    signed = bytes(cose.seal(cbor.dumps({0: frames.KIND_TAP, 3: CARD, **fields}), KID, SECRET, frames.UP))
    if len(signed) > frames.MAX_BYTES:
        return
    with suppress(ProtocolError):
        assert reader().read(signed, ARRIVED_MS).tap.tap_ms <= ARRIVED_MS


def sealed(fields: dict[int, object], key: bytes = SECRET) -> bytes:
    return bytes(cose.seal(cbor.dumps(fields), KID, key, frames.UP))


@pytest.mark.parametrize("wrong", [{3: b"short"}, {4: -1}, {6: 256}, {7: "deep"}])
def test_a_malformed_tap_is_refused_by_its_name(wrong: dict[int, object]) -> None:
    """An authentic tap with a field that is not as it must be has the code of its refusal, and nothing else of it."""
    fields = {0: frames.KIND_TAP, 1: 3, 2: 9, 3: CARD, 4: 0, 5: frames.CLOCK_GOOD, 6: 0, 7: 4, **wrong}
    verified = reader().read(sealed(fields), ARRIVED_MS)
    assert isinstance(verified, Verified)
    assert (codes.MALFORMED, None, SECRET) == (verified.refusal, verified.unsent, verified.key)
    assert ("entry-1", 3, 9, None) == (verified.tap.reader, verified.tap.boot, verified.tap.seq, verified.tap.number)
    assert "frame.mac" == code_of(reader(), sealed(fields, bytes(32)))


def test_a_report_of_health() -> None:
    """It is told apart from a tap, with the reader whose key signed it."""
    health = {"boot": 3, "count": 1, "uptime_s": 60, "faults": [1]}
    report = reader().read(bytes(frames.seal_health(health, KID, SECRET)), ARRIVED_MS)
    assert Report("entry-1", KID, health) == report
    assert "frame.mac" == code_of(reader(), bytes(frames.seal_health(health, KID, bytes(32))))
    taps = reader()
    taps.keys = {KID: Key("entry-9", SECRET)}
    assert "frame.reader" == code_of(taps, bytes(frames.seal_health(health, KID, SECRET)))
