"""Cards of ISO/IEC 14443-3 type A and the field they lie in, bit by bit. Knows no chip.

Bits are lists of 0 and 1 in the order of sending, without start, parity and end. Numbers of clauses are those of the
edition of 2018.
"""

from models.clock import cycles

IDLE, READY, ACTIVE, HALTED = "idle", "ready", "active", "halted"

ETU = 128  # carrier cycles of one bit at 106 kBd, 6.1
START_UP_US = 5000  # what a card may take to be ready for a request, 5.2.1

_REQA, _WUPA, _HLTA = 0x26, 0x52, b"\x50\x00"
_LEVELS = (0x93, 0x95, 0x97)
_CASCADE_TAG, _SAK_CASCADE = 0x88, 0x04
_ATQA = {4: b"\x04\x00", 7: b"\x44\x00", 10: b"\x84\x00"}
_NAK = [0, 0, 0, 0]


def to_bits(data):
    """The bits of `data`, lowest first."""
    return [byte >> number & 1 for byte in data for number in range(8)]


def to_bytes(bits):
    """`bits` packed, lowest first; the last byte is filled with 0."""
    packed = bytearray((len(bits) + 7) // 8)
    for number, bit in enumerate(bits):
        packed[number >> 3] |= bit << (number & 7)
    return bytes(packed)


def crc(data, preset=0x6363):
    """The CRC of annex B, lower byte first."""
    register = preset
    for bit in to_bits(data):
        odd = (register ^ bit) & 1
        register = register >> 1 ^ (0x8408 if odd else 0)
    return bytes((register & 0xFF, register >> 8))


class Card:
    """A card with a UID of 4, 7 or 10 bytes.

    sak: what it says of itself once it is selected.
    state: IDLE, READY, ACTIVE or HALTED, or None without power.
    refuses_halt: answers HLTA with a NAK instead of obeying.
    cut: None, or the number of bits after which its next answer breaks off, for then it is gone.
    """

    def __init__(self, uid, sak=0x08, refuses_halt=False, cut=None):
        self.uid = bytes(uid)
        self.state = None
        self.refuses_halt = refuses_halt
        self.cut = cut
        self._atqa = _ATQA[len(uid)]
        self._saks = [_SAK_CASCADE] * (len(uid) // 3 - 1) + [sak]
        self._was_halted = False
        self._level = 0
        self._ready_at = 0
        self._is_gone = False

    def power(self, is_on, at):
        """The field that the card lies in goes on or off at `at`; it forgets everything when it goes off."""
        self.state = IDLE if is_on and not self._is_gone else None
        self._was_halted = False
        self._ready_at = at + cycles(START_UP_US)

    def hear(self, bits, at):
        """The bits that it answers to a frame that ended at `at`; [] for none (6.3)."""
        if self.state is None or at < self._ready_at:
            return []
        answer = self._obey(bits, to_bytes(bits))
        if self.cut is not None and answer:
            answer, self.state, self._is_gone = answer[: self.cut], None, True
        return answer

    def _obey(self, bits, frame):
        if self.state in (IDLE, HALTED):
            return self._wake(bits, frame)
        if self.state == READY and len(frame) >= 2 and frame[0] == _LEVELS[self._level]:
            if frame[1] == 0x70:
                return self._select(bits, frame)
            return self._anticollide(bits, frame)
        if self.state == ACTIVE and frame == _HLTA + crc(_HLTA):
            if self.refuses_halt:
                return _NAK
            self.state = HALTED
            self._was_halted = True
            return []
        return self._fall_back()

    def _wake(self, bits, frame):
        if len(bits) != 7 or frame[0] not in ((_WUPA,) if self.state == HALTED else (_REQA, _WUPA)):
            return []
        self.state = READY
        self._level = 0
        return to_bits(self._atqa)

    def _anticollide(self, bits, frame):
        known = (frame[1] >> 4) * 8 + (frame[1] & 7) - 16
        if not 0 <= known < 40 or len(bits) != 16 + known:
            return self._fall_back()
        ours = to_bits(self._part())
        return ours[known:] if bits[16:] == ours[:known] else []

    def _select(self, bits, frame):
        if len(bits) != 72 or frame[2:7] != self._part() or frame[7:] != crc(frame[:7]):
            return self._fall_back()
        sak = bytes((self._saks[self._level],))
        self._level += 1
        if self._level == len(self._saks):
            self.state = ACTIVE
        return to_bits(sak + crc(sak))

    def _part(self):
        """The four bytes of the UID at this cascade level and their check byte (6.5.4)."""
        part = self.uid[3 * self._level :]
        if len(part) > 4:
            part = bytes((_CASCADE_TAG,)) + part[:3]
        return part + bytes((part[0] ^ part[1] ^ part[2] ^ part[3],))

    def _fall_back(self):
        """A frame that does not fit ends the dialogue; the card says nothing."""
        self.state = HALTED if self._was_halted else IDLE
        return []


class Reply:
    """What the cards' answers are together.

    collision: number of the first bit that two cards sent differently, or None.
    is_parity_wrong: noise changed an odd number of bits of a byte.
    """

    def __init__(self, bits, collision=None):
        self.bits = bits
        self.collision = collision
        self.is_parity_wrong = False


class Field:
    """The field of one antenna, with the cards in it.

    noise: None, or a function from the number of bits of an answer to the list of the numbers of those it turns over.
    collided_bit: what a receiver reads where two cards send differently.
    """

    def __init__(self, now, collided_bit=1):
        self.is_on = False
        self.noise = None
        self.collided_bit = collided_bit
        self._now = now
        self._cards = []

    def put(self, card):
        """Lay a card into the field."""
        self._cards.append(card)
        card.power(self.is_on, self._now())

    def take(self, card):
        """Take a card away."""
        self._cards.remove(card)
        card.power(False, self._now())

    def is_empty(self):
        """No card lies in it."""
        return not self._cards

    def clear(self):
        """Take all cards away."""
        for card in list(self._cards):
            self.take(card)

    def switch(self, is_on, at):
        """The antenna goes on or off."""
        if is_on != self.is_on:
            self.is_on = is_on
            for card in self._cards:
                card.power(is_on, at)

    def answer(self, bits, at):
        """The Reply to a frame that ended at `at`; None when no card answers."""
        answers = [answer for answer in [card.hear(bits, at) for card in self._cards] if answer]
        if not answers:
            return None
        reply = self._together(answers)
        if self.noise is not None:
            _disturb(reply, self.noise(len(reply.bits)))
        return reply

    def _together(self, answers):
        together = []
        collision = None
        for number in range(max(len(answer) for answer in answers)):
            sent = {answer[number] for answer in answers if number < len(answer)}
            if len(sent) == 1:
                together.append(sent.pop())
                continue
            together.append(self.collided_bit)
            if collision is None:
                collision = number
        return Reply(together, collision)


def _disturb(reply, turned):
    """Turn over the bits of these numbers."""
    for number in turned:
        reply.bits[number] ^= 1
    in_bytes = [number >> 3 for number in turned]
    reply.is_parity_wrong = any(in_bytes.count(byte) & 1 for byte in in_bytes)
