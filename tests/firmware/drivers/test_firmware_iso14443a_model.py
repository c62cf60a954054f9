"""The model cards keep to ISO/IEC 14443-3: states, answers and what two of them together look like."""

from models.clock import SimulatedClock
from models.iso14443a_model import ACTIVE, HALTED, IDLE, READY, Card, Field, crc, to_bits, to_bytes

ALSO_ON_MICROPYTHON = True

REQA, WUPA = to_bits(b"\x26")[:7], to_bits(b"\x52")[:7]
HLTA = to_bits(b"\x50\x00" + crc(b"\x50\x00"))
UID = bytes.fromhex("04a1b2c3")
PART = UID + bytes((0x04 ^ 0xA1 ^ 0xB2 ^ 0xC3,))


def select(part, code=0x93):
    frame = bytes((code, 0x70)) + part
    return to_bits(frame + crc(frame))


class Sender:
    """A field that has been on for 5 ms with these cards in it."""

    def __init__(self, *cards):
        self.clock = SimulatedClock()
        self.field = Field(self.clock.now)
        for card in cards:
            self.field.put(card)
        self.field.switch(True, self.clock.now())
        self.clock.pass_us(5000)

    def reply(self, bits):
        return self.field.answer(bits, self.clock.now())

    def send(self, bits):
        reply = self.reply(bits)
        return None if reply is None else to_bytes(reply.bits)


def test_crc():
    """The examples of annex B."""
    assert (b"\xa0\x1e", b"\x26\xcf") == (crc(b"\x00\x00"), crc(b"\x12\x34"))


def test_one_card_from_request_to_halt():
    """IDLE, READY, ACTIVE, HALT; a halted card hears WUPA only, and is halted again by any slip."""
    card = Card(UID)
    sender = Sender(card)
    assert (None, IDLE) == (sender.send(HLTA), card.state)
    assert (b"\x04\x00", READY) == (sender.send(REQA), card.state)
    assert (PART, READY) == (sender.send(to_bits(b"\x93\x20")), card.state)
    assert (b"\x08" + crc(b"\x08"), ACTIVE) == (sender.send(select(PART)), card.state)
    assert (None, HALTED) == (sender.send(HLTA), card.state)
    assert (None, HALTED) == (sender.send(REQA), card.state)
    assert (b"\x04\x00", READY) == (sender.send(WUPA), card.state)
    assert (None, HALTED) == (sender.send(REQA), card.state)


def test_cascade_levels():
    """The cascade tag stands before the first bytes of long UIDs, and their SAKs say that more follows."""
    uid = bytes(range(1, 11))
    sender = Sender(Card(uid, sak=0x20))
    assert b"\x84\x00" == sender.send(WUPA)
    for code, uid_part, sak in ((0x93, b"\x88\x01\x02\x03", 4), (0x95, b"\x88\x04\x05\x06", 4), (0x97, uid[6:], 0x20)):
        part = sender.send(to_bits(bytes((code, 0x20))))
        assert uid_part == part[:4]
        assert part[4] == part[0] ^ part[1] ^ part[2] ^ part[3]
        assert sak == sender.send(select(part, code))[0]


def test_only_cards_with_the_asked_beginning_answer():
    """With the rest of their bits; the others keep silent and stay ready."""
    card = Card(UID)
    sender = Sender(card)
    sender.send(REQA)
    known = to_bits(UID)[:12]
    assert to_bits(PART)[12:] == sender.reply(to_bits(b"\x93\x34") + known).bits
    known[11] ^= 1
    assert (None, READY) == (sender.reply(to_bits(b"\x93\x34") + known), card.state)


def test_slips():
    """A frame of a wrong length, level, UID or CRC puts a card back to where it came from, without an answer."""
    wrong_crc = select(PART)
    wrong_crc[-1] ^= 1
    for slip in (
        REQA,
        WUPA,
        HLTA,
        to_bits(b"\x95\x20"),
        to_bits(b"\x93\x21"),
        wrong_crc,
        select(b"\x01\x02\x03\x04\x04"),
    ):
        card = Card(UID)
        sender = Sender(card)
        sender.send(REQA)
        assert (None, IDLE) == (sender.send(slip), card.state)


def test_power():
    """Without a field, and in its first 5 ms, a card says nothing; what it was is forgotten when the field goes."""
    card = Card(UID)
    sender = Sender(card)
    for bits in (REQA, select(PART), HLTA):
        sender.send(bits)
    assert HALTED == card.state
    sender.field.switch(False, sender.clock.now())
    assert (None, None) == (sender.send(WUPA), card.state)
    sender.field.switch(True, sender.clock.now())
    sender.clock.pass_us(4990)
    assert (None, IDLE) == (sender.send(REQA), card.state)
    sender.clock.pass_us(20)
    assert b"\x04\x00" == sender.send(REQA)
    sender.field.take(card)
    assert (None, None) == (sender.send(to_bits(b"\x93\x20")), card.state)


def test_bits_that_differ_collide():
    """The first of them is known; there the receiver reads what it reads."""
    for read in (0, 1):
        sender = Sender(Card(b"\x04\xa1\xb2\xc3"), Card(b"\x04\xa1\xb6\xc3"))
        sender.field.collided_bit = read
        assert sender.reply(REQA).collision is None
        reply = sender.reply(to_bits(b"\x93\x20"))
        assert (18, read) == (reply.collision, reply.bits[18])
        assert to_bits(b"\x04\xa1") == reply.bits[:16]


def test_noise_and_parity():
    """An odd number of turned bits in a byte is a wrong parity, an even one is not seen."""
    for turned, is_wrong in (([], False), ([3], True), ([8, 9], False), ([1, 2, 9], True)):
        sender = Sender(Card(UID))
        sender.field.noise = lambda _bits, turned=turned: turned
        reply = sender.reply(REQA)
        expected = to_bits(b"\x04\x00")
        for number in turned:
            expected[number] ^= 1
        assert (expected, is_wrong) == (reply.bits, reply.is_parity_wrong)
