"""luot_protocol.cbor against RFC 8949 and cbor2, and against bytes that nobody meant."""

import itertools
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luot_protocol import cbor
from luot_protocol.errors import ProtocolError

# Rows of RFC 8949, appendix A, copied by hand.
APPENDIX_A = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("IETF", "6449455446"),
    ("ü", "62c3bc"),
    ("水", "63e6b0b4"),
    ("𐅑", "64f0908591"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
]

integers = st.integers(-(1 << 64), (1 << 64) - 1)
leaves = st.none() | st.booleans() | integers | st.binary(max_size=40) | st.text(max_size=40)


def nested(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(children, max_size=5)
    # Keys of one kind each: there RFC 8949's order and the older one that cbor2's canonical form keeps agree.
    maps = [
        st.dictionaries(keys, children, max_size=5) for keys in (st.integers(0, (1 << 64) - 1), st.text(max_size=30))
    ]
    return st.one_of(lists, *maps)


# Three levels: one less than what is read, to leave room for a tag.
values = leaves | nested(leaves) | nested(leaves | nested(leaves))

# Numbers to which cbor2 gives no meaning of its own.
tag_numbers = st.sampled_from([17, 18, 96, 65535, 1 << 32, (1 << 64) - 1])


@pytest.mark.parametrize(("value", "hexadecimal"), APPENDIX_A, ids=[row[1] for row in APPENDIX_A])
def test_the_standards_own_examples(value: object, hexadecimal: str) -> None:
    """What RFC 8949 lists for a value is what is written, and is read as that value."""
    assert hexadecimal == cbor.dumps(value).hex()
    assert value == cbor.loads(bytes.fromhex(hexadecimal))


def test_map_keys_stand_in_the_order_of_their_bytes() -> None:
    """The order is RFC 8949's (section 4.2.1: 10, 100, -1, "z", "aa"), not the older one by length first."""
    value = {"aa": 5, "z": 4, -1: 3, 100: 2, 10: 1}
    assert "a5" + "0a01" + "186402" + "2003" + "617a04" + "62616105" == cbor.dumps(value).hex()
    assert value == cbor.loads(cbor.dumps(value))


@settings(max_examples=800)
@given(values)
def test_cbor2_agrees(value: Any) -> None:
    """Any value comes back as itself, cbor2 writes the same bytes, and reads ours as the same value."""
    written = cbor.dumps(value)
    assert value == cbor.loads(written)
    assert cbor2.dumps(value, canonical=True) == written
    assert value == cbor2.loads(written)


@given(tag_numbers, values)
def test_cbor2_agrees_on_tags(number: int, value: Any) -> None:
    """A tag keeps its number and what it stands on."""
    written = cbor.dumps(cbor.Tag(number, value))
    assert cbor2.dumps(cbor2.CBORTag(number, value), canonical=True) == written
    read = cbor.loads(written)
    assert (number, value) == (read.number, read.value)


def reads_or_refuses(data: bytes) -> bool:
    """True when `data` was read, and then it is the one spelling of what it says; any other error passes through."""
    try:
        value = cbor.loads(data)
    except ProtocolError:
        return False
    assert data == cbor.dumps(value)
    return True


@settings(max_examples=2000)
@given(st.binary(max_size=64))
def test_random_bytes(data: bytes) -> None:
    """Random bytes are read or refused with ProtocolError; nothing that is read has a second spelling."""
    reads_or_refuses(data)


@settings(max_examples=1000)
@given(values, st.data())
def test_changed_bytes(value: Any, data: st.DataObject) -> None:
    """So are well-formed bytes in which one byte is changed, lost or added."""
    written = cbor.dumps(value)
    at = data.draw(st.integers(0, len(written) - 1))
    byte = data.draw(st.binary(min_size=0, max_size=2))
    reads_or_refuses(written[:at] + byte + written[at + 1 :])


def test_every_two_bytes() -> None:
    """All 65,536 inputs of two bytes: read or refused, and each value that is read has one spelling."""
    read = [bytes([a, b]) for a in range(256) for b in range(256) if reads_or_refuses(bytes([a, b]))]
    one_byte = 24 + 24 + 4 + 3  # small integers, empty things, false true null
    long_integers, bytes_and_ascii, array_of_one, tags = 2 * (256 - 24), 256 + 128, one_byte, 24 * one_byte
    assert long_integers + bytes_and_ascii + array_of_one + tags == len(read)


@pytest.mark.parametrize("levels", [cbor.MAX_DEPTH, cbor.MAX_DEPTH + 1, 10_000])
@pytest.mark.parametrize("opening", [b"\x81", b"\xc1", b"\xa1\x00"], ids=["arrays", "tags", "maps"])
def test_depth_is_bounded(levels: int, opening: bytes) -> None:
    """Four levels are read; one more is refused, and so are ten thousand, long before the stack ends."""
    data = opening * levels + b"\x00"
    if levels == cbor.MAX_DEPTH:
        assert reads_or_refuses(data)
    else:
        with pytest.raises(ProtocolError, match=r"^cbor\.depth"):
            cbor.loads(data)


def test_keys_stand_in_the_order_of_their_bytes() -> None:
    """Small keys, long ones, negative ones, bytes and text: two in a map are read in one order, and none twice."""
    keys = [cbor.dumps(key) for key in (0, 5, 23, 24, 255, 256, 1 << 32, -1, -25, b"", b"a", "", "a")]
    for first, second in itertools.product(keys, repeat=2):
        assert (first < second) == reads_or_refuses(b"\xa2" + first + b"\x01" + second + b"\x18\x63")


@pytest.mark.parametrize("value", [1 << 64, -(1 << 64) - 1, 1.5, object, {1.5: 1}], ids=str)
def test_what_cannot_be_written(value: object) -> None:
    """Integers beyond 64 bits, floats and unknown types are refused on the way out, too."""
    with pytest.raises(ProtocolError, match=r"^cbor\.(range|type)"):
        cbor.dumps(value)


def test_reads_any_buffer() -> None:
    """What arrived may be bytes, a bytearray or a memoryview; the bytes that come out are plain bytes."""
    written = cbor.dumps([b"abc", "abc", 1000])
    for data in (written, bytearray(written), memoryview(written)):
        read = cbor.loads(data)
        assert [b"abc", "abc", 1000] == read
        assert bytes is type(read[0])
