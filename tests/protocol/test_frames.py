"""luot_protocol.frames: what is sealed is read back, and nothing else is."""

from random import Random
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycose.keys import SymmetricKey
from pycose.messages import Mac0Message

from luot_protocol import cbor, cose, frames, office_frames
from luot_protocol.errors import ProtocolError

KID = bytes.fromhex("0123456789abcdef")
KEY = bytes(range(32))

u32 = st.integers(0, (1 << 32) - 1)
u8 = st.integers(0, 255)
clocks = st.sampled_from([frames.CLOCK_HELD, frames.CLOCK_GOOD])
cards = st.binary(min_size=16, max_size=16)

taps = st.builds(frames.Tap, u32, u32, cards, st.integers(0, 1 << 53), clocks, u8, u32) | st.builds(
    frames.Tap, u32, u32, cards, st.none(), st.just(frames.CLOCK_UNKNOWN), u8, u32
)
ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=32)
receipts = st.builds(frames.Receipt, u32, u32, u8, *[st.none() | u32] * 4, st.none() | ids, st.booleans())

TAP = frames.seal_tap(frames.Tap(1, 17, bytes(16), 12, depth=3), KID, KEY)
RECEIPT = office_frames.seal_receipt(frames.Receipt(1, 17, 1, 17, 5, 10, 15, "3"), KID, KEY)


def fields(message: Any) -> dict[str, Any]:
    """A tap's or receipt's fields by name."""
    return {slot: getattr(message, slot) for slot in message.__slots__}


def read(frame: bytes) -> str:
    """Read `frame` as an office with one reader would, both ways; returns `tap`, `receipt` or the refusal's code."""
    outcome = "kid.unknown"
    for name, reading in (("tap", office_frames.read_tap), ("receipt", frames.read_receipt)):
        try:
            envelope = frames.parse(frame)
            if envelope.kid != KID:
                return outcome
            reading(envelope, KEY)
        except ProtocolError as error:
            outcome = error.code
        else:
            return name
    return outcome


@settings(max_examples=300)
@given(taps)
def test_a_tap_comes_back(tap: frames.Tap) -> None:
    """Every tap fits into 200 bytes, comes back field for field, and reads as either kind only if it is that kind."""
    frame = frames.seal_tap(tap, KID, KEY)
    assert len(frame) <= frames.MAX_BYTES
    assert fields(tap) == fields(office_frames.read_tap(frames.parse(frame), KEY))
    assert "tap" == read(frame)


@settings(max_examples=300)
@given(receipts)
def test_a_receipt_comes_back(receipt: frames.Receipt) -> None:
    """The same for receipts, the longest desk id included."""
    frame = office_frames.seal_receipt(receipt, KID, KEY)
    assert len(frame) <= frames.MAX_BYTES
    assert fields(receipt) == fields(frames.read_receipt(frames.parse(frame), KEY))
    assert "receipt" == read(frame)


@given(taps)
def test_pycose_and_cbor2_read_a_tap(tap: frames.Tap) -> None:
    """Libraries that share no code with ours find the same fields under the documented keys."""
    message = Mac0Message.decode(frames.seal_tap(tap, KID, KEY))
    message.key = SymmetricKey(k=KEY)
    message.external_aad = b"luot/1/up"
    assert message.verify_tag()
    expected = {0: 1, 1: tap.boot, 2: tap.seq, 3: tap.card, 4: tap.age_ms, 5: tap.clock, 6: tap.button, 7: tap.depth}
    assert expected == cbor2.loads(message.payload)
    assert cbor2.dumps(expected, canonical=True) == message.payload


@pytest.mark.parametrize("frame", [TAP, RECEIPT], ids=["tap", "receipt"])
def test_every_flipped_bit_is_refused(frame: bytes) -> None:
    """There is no bit of a frame that may be changed on the way: each flip is refused, or names a reader not known."""
    for bit in range(len(frame) * 8):
        flipped = bytearray(frame)
        flipped[bit // 8] ^= 1 << bit % 8
        assert read(bytes(flipped)) not in ("tap", "receipt")


@pytest.mark.parametrize("frame", [TAP, RECEIPT], ids=["tap", "receipt"])
def test_every_cut_is_refused(frame: bytes) -> None:
    """A frame that ends early is `cbor.cut`, wherever it ends."""
    assert {"cbor.cut"} == {read(frame[:end]) for end in range(len(frame))}


def test_random_bytes_are_refused() -> None:
    """Random bytes are never a frame, and never another error than ProtocolError: 20,000 tries from one seed."""
    random = Random(1)
    for _ in range(20_000):
        assert read(random.randbytes(random.randrange(frames.MAX_BYTES + 10))) not in ("tap", "receipt")


@pytest.mark.parametrize("frame", [TAP, RECEIPT], ids=["tap", "receipt"])
def test_changed_bytes_are_refused(frame: bytes) -> None:
    """Neither is a frame from which bytes were lost, and to which others were added: 20,000 tries from one seed."""
    random = Random(2)
    refused = 0
    for _ in range(20_000):
        at = random.randrange(len(frame) + 1)
        changed = frame[:at] + random.randbytes(random.randrange(8)) + frame[at + random.randrange(8) :]
        if changed != frame:
            assert read(changed) not in ("tap", "receipt")
            refused += 1
    assert refused > 15_000


@settings(max_examples=1000)
@given(
    st.dictionaries(st.integers(0, 9), st.none() | st.booleans() | st.integers(-1, 1 << 33) | cards, max_size=4)
    | st.binary(max_size=60)
)
def test_a_reader_that_signs_nonsense(payload: Any) -> None:
    """A right MAC excuses nothing: any payload is a tap or a ProtocolError, and a tap that was read can be sealed."""
    if not isinstance(payload, bytes):
        payload = cbor.dumps({**cbor.loads(frames.parse(TAP).payload), **payload})
    envelope = cose.parse(cose.seal(payload, KID, KEY, frames.UP))
    try:
        tap = office_frames.read_tap(envelope, KEY)
    except ProtocolError:
        return
    assert fields(tap) == fields(office_frames.read_tap(frames.parse(frames.seal_tap(tap, KID, KEY)), KEY))


def test_a_field_of_a_newer_version_is_ignored() -> None:
    """An office reads the taps of newer firmware: keys that it does not know change nothing."""
    plain = frames.parse(TAP)
    newer = cose.parse(cose.seal(cbor.dumps({**cbor.loads(plain.payload), 42: [1, "x"]}), KID, KEY, frames.UP))
    assert fields(office_frames.read_tap(plain, KEY)) == fields(office_frames.read_tap(newer, KEY))


def test_a_lost_clock_has_no_age() -> None:
    """When power was lost since the tap its age is not known, whatever the frame says about it."""
    odd = cbor.dumps({**cbor.loads(frames.parse(TAP).payload), 5: frames.CLOCK_UNKNOWN, 4: 999})
    assert office_frames.read_tap(cose.parse(cose.seal(odd, KID, KEY, frames.UP)), KEY).age_ms is None


def test_more_than_200_bytes_are_neither_sent_nor_read() -> None:
    """The limit holds on both ends; 200 bytes are still a frame."""
    with pytest.raises(ProtocolError, match=r"^frame\.size"):
        office_frames.seal_receipt(frames.Receipt(1, 1, 1, desk="x" * 150), KID, KEY)
    payload = bytes(frames.MAX_BYTES - len(cose.seal(bytes(100), KID, KEY, frames.UP)) + 100)
    longest = cose.seal(payload, KID, KEY, frames.UP)
    assert frames.MAX_BYTES == len(longest)
    assert payload == frames.parse(longest).payload
    with pytest.raises(ProtocolError, match=r"^frame\.size"):
        frames.parse(cose.seal(payload + b"\x00", KID, KEY, frames.UP))


def test_a_frame_fits_into_esp_now() -> None:
    """The usual tap takes 94 bytes, so it fits a radio frame of 250 with room for a gateway's header."""
    assert 94 == len(frames.seal_tap(frames.Tap(7, 123456, bytes(16), 120345, depth=3), KID, KEY))


numbers = st.dictionaries(
    st.sampled_from(sorted(set(frames.HEALTH) - {"boot", "count", "version", "faults", "signal_dbm"})), u32
)
healths = st.builds(
    lambda *parts: {name: value for part in parts for name, value in part.items()},
    st.fixed_dictionaries({"boot": u32, "count": u32}),
    numbers,
    st.fixed_dictionaries(
        {},
        optional={
            "version": st.text("0123456789.abc", min_size=1, max_size=frames.MAX_VERSION_CHARS),
            "faults": st.lists(u8, max_size=frames.MAX_FAULTS),
            "signal_dbm": st.integers(-127, 127),
        },
    ),
)


@settings(max_examples=300)
@given(healths)
def test_a_report_comes_back(health: dict[str, Any]) -> None:
    """Every report of health fits into 200 bytes, comes back as it was, and is no tap and no receipt."""
    frame = frames.seal_health(health, KID, KEY)
    assert len(frame) <= frames.MAX_BYTES
    assert health == office_frames.read_health(frames.parse(frame), KEY)
    assert (frames.KIND_HEALTH, health) == office_frames.read_up(frames.parse(frame), KEY)
    assert read(frame) not in ("tap", "receipt")


def test_the_largest_report_fits() -> None:
    """With every number at its largest and the longest kid of a settings file it is still a frame."""
    largest = dict.fromkeys(frames.HEALTH, (1 << 32) - 1)
    largest |= {"version": "x" * frames.MAX_VERSION_CHARS, "faults": [255] * frames.MAX_FAULTS, "signal_dbm": -127}
    assert len(frames.seal_health(largest, bytes(8), KEY)) <= frames.MAX_BYTES


def test_a_report_of_a_newer_reader() -> None:
    """Keys that an office does not know are ignored, and fields that an older reader leaves out are not there."""
    sealed = cose.seal(cbor.dumps({0: frames.KIND_HEALTH, 1: 7, 2: 9, 29: [1], 99: "x"}), KID, KEY, frames.UP)
    assert {"boot": 7, "count": 9} == office_frames.read_health(cose.parse(sealed), KEY)


@pytest.mark.parametrize("wrong", [{3: b"short"}, {4: -1}, {5: 9}, {6: 256}, {7: "x"}, {3: None}])
def test_a_malformed_tap_keeps_its_name(wrong: dict[int, object]) -> None:
    """An authentic tap with a field that is not as it must be can be refused by name, whichever field it is."""
    odd = cbor.dumps({**cbor.loads(frames.parse(TAP).payload), **wrong})
    with pytest.raises(office_frames.MalformedTap) as caught:
        office_frames.read_up(cose.parse(cose.seal(odd, KID, KEY, frames.UP)), KEY)
    assert (1, 17) == (caught.value.boot, caught.value.seq)
    assert caught.value.code in ("tap.card", "frame.field")


@pytest.mark.parametrize("wrong", [{1: None}, {2: -1}, {1: True}, {0: 99}])
def test_a_tap_without_a_name(wrong: dict[int, object]) -> None:
    """Without boot and seq, or of an unknown kind, there is nothing to answer."""
    odd = cbor.dumps({**cbor.loads(frames.parse(TAP).payload), **wrong})
    with pytest.raises(ProtocolError) as caught:
        office_frames.read_up(cose.parse(cose.seal(odd, KID, KEY, frames.UP)), KEY)
    assert not isinstance(caught.value, office_frames.MalformedTap)


def test_a_forged_malformed_tap_is_only_forged() -> None:
    """A wrong MAC comes first: nobody without the key gets an answer."""
    odd = cbor.dumps({**cbor.loads(frames.parse(TAP).payload), 6: 256})
    with pytest.raises(ProtocolError, match=r"^frame\.mac"):
        office_frames.read_up(cose.parse(cose.seal(odd, KID, bytes(32), frames.UP)), KEY)
