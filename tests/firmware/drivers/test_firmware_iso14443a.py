"""Anticollision and selection over any transceiver: what fits the standard is read, all else is no card."""

from bench import run

from luot_firmware.drivers.iso14443a import ANSWER, COLLISION, GARBLED, HALT, SILENCE, crc_a, read_uid

ALSO_ON_MICROPYTHON = True


class Script:
    """A transceiver that says, in turn, what the script does: (outcome, bytes, bits, collision); then nothing."""

    def __init__(self, *lines):
        self.answer = b""
        self.answer_bits = 0
        self.collision = 0
        self.sent = []
        self._lines = list(lines)

    async def exchange(self, frame, last_bits=0, align=0):
        self.sent.append((bytes(frame).hex(), last_bits, align))
        outcome, self.answer, self.answer_bits, self.collision = (
            self._lines.pop(0) if self._lines else (SILENCE, b"", 0, 0)
        )
        return outcome


def level(uid, bcc=None):
    check = uid[0] ^ uid[1] ^ uid[2] ^ uid[3] if bcc is None else bcc
    return ANSWER, uid + bytes((check,)), 40, 0


def sak(value, wrong=0):
    answer = bytes((value,))
    crc = crc_a(answer)
    return ANSWER, answer + bytes((crc[0], crc[1] ^ wrong)), 24, 0


def read(*lines):
    return run(read_uid(Script(*lines)))


def test_crc_a():
    """The two examples of the standard's annex B, and HLTA's."""
    assert (b"\xa0\x1e", b"\x26\xcf") == (crc_a(b"\x00\x00"), crc_a(b"\x12\x34"))
    assert HALT[2:] == crc_a(HALT[:2])


def test_frames_of_one_card():
    """One anticollision and one select at each cascade level, with NVB 20 and 70."""
    script = Script(level(b"\x88\x04\x05\x06"), sak(0x04), level(b"\x07\x08\x09\x0a"), sak(0x00))
    assert b"\x04\x05\x06\x07\x08\x09\x0a" == run(read_uid(script))
    assert [
        ("9320", 0, 0),
        ("9370880405068f" + crc_a(bytes.fromhex("9370880405068f")).hex(), 0, 0),
        ("9520", 0, 0),
        ("95700708090a0c" + crc_a(bytes.fromhex("95700708090a0c")).hex(), 0, 0),
    ] == script.sent


def test_frames_of_a_collision():
    """The bits up to the collision go out again, in whole bytes and a rest, and the answer is joined to them."""
    script = Script(
        (COLLISION, b"\x04\x05\x06\x00\x00", 40, 20),
        (ANSWER, b"\xa0\x07\x00", 24, 0),
        sak(0x08),
    )
    script._lines[1] = (ANSWER, bytes((0xA0, 0x07, 0x04 ^ 0x05 ^ 0xA6 ^ 0x07)), 24, 0)
    assert b"\x04\x05\xa6\x07" == run(read_uid(script))
    assert [("9320", 0, 0), ("9344040506", 4, 4)] == script.sent[:2]


def test_a_collision_at_the_end_of_a_byte():
    """Whole bytes need no rest; after 32 known bits only the check byte is asked for."""
    script = Script((COLLISION, b"\x04\x05\x06\x07\x00", 40, 32), (ANSWER, b"\x00", 8, 0), sak(0x08))
    script._lines[1] = (ANSWER, bytes((4 ^ 5 ^ 6 ^ 7,)), 8, 0)
    assert b"\x04\x05\x06\x07" == run(read_uid(script))
    assert [("9320", 0, 0), ("936004050607", 0, 0)] == script.sent[:2]


def test_a_collision_without_a_place():
    """A collision beyond the UID is no card, and nothing more is sent."""
    for lines in (
        [(COLLISION, b"\x04\x05\x06\x07\x08", 40, 33)],
        [(COLLISION, b"\x04\x05\x06\x07\x00", 40, 32), (COLLISION, b"\x05", 8, 3)],
    ):
        script = Script(*lines)
        assert run(read_uid(script)) is None
        assert len(lines) == len(script.sent)


def test_a_collision_whose_byte_is_missing():
    """When the chip drops the byte that it is in, the bits before it are used; without any it is no card."""
    script = Script((COLLISION, b"\x04\x05", 16, 20), (ANSWER, bytes((6, 7, 4 ^ 5 ^ 6 ^ 7)), 24, 0), sak(0))
    assert b"\x04\x05\x06\x07" == run(read_uid(script))
    assert ("93400405", 0, 0) == script.sent[1]
    script = Script((COLLISION, b"", 0, 5))
    assert run(read_uid(script)) is None
    assert len(script.sent) == 1


def test_endless_collisions_end():
    """At most 32 of them can be news at one level."""
    script = Script(*[(COLLISION, b"\xff" * 5, 40, 1)] * 100)
    assert run(read_uid(script)) is None
    assert len(script.sent) <= 33


def test_what_is_no_card():
    """Silence, garble, or a wrong check byte, CRC, length or cascade at any step."""
    first, more, last = level(b"\x88\x04\x05\x06"), sak(0x04), level(b"\x07\x08\x09\x0a")
    for lines in (
        (),
        ((GARBLED, b"\x04\x05\x06\x07\x00", 40, 0),),
        (level(b"\x04\x05\x06\x07", bcc=1), sak(0)),
        ((ANSWER, b"\x04\x05\x06\x07", 32, 0), sak(0)),
        ((ANSWER, b"\x04\x05\x06\x07\x00\x00", 48, 0), sak(0)),
        (level(b"\x04\x05\x06\x07"),),
        (level(b"\x04\x05\x06\x07"), sak(0, wrong=1)),
        (level(b"\x04\x05\x06\x07"), (ANSWER, b"\x08", 8, 0)),
        (level(b"\x04\x05\x06\x07"), (ANSWER, b"\x08" + crc_a(b"\x08") + b"\x00", 32, 0)),
        (level(b"\x04\x05\x06\x07"), (COLLISION, b"\x08\x00\x00", 24, 3)),
        (level(b"\x04\x05\x06\x07"), more, last, sak(0)),
        (first, more),
        (first, more, last),
        (first, more, last, more, last, sak(0)),
        (first, more, first, more, first, more),
    ):
        assert read(*lines) is None


def test_a_cascade_tag_within_a_uid():
    """The SAK alone says whether more follows."""
    assert b"\x88\x04\x05\x06" == read(level(b"\x88\x04\x05\x06"), sak(0x00))
