"""Finds the UID of one card among several, as ISO/IEC 14443-3 type A prescribes. Knows no chip, no bus and no time.

Numbers are those of that standard's clauses, edition of 2018. A transceiver, which is given to it, has

    async exchange(frame, last_bits=0, align=0)
                          sends `frame`, of its last byte only the lowest `last_bits` bits (0: all), and returns
                          SILENCE, ANSWER, COLLISION or GARBLED; after an answer or a collision there are
    answer, answer_bits   the bytes, and how many of their bits count. The lowest `align` bits of the first byte are
                          not the card's: its answer goes on within the byte that the frame ended in
    collision             the chip's number, 1 to 32, of the first bit that two cards sent differently
"""

SILENCE, ANSWER, COLLISION, GARBLED = range(4)

SHORT_FRAME_BITS = 7
REQUEST = b"\x26"  # REQA, 6.4.1: cards answer that are not halted
WAKE_UP = b"\x52"  # WUPA, 6.4.1: halted cards answer too
HALT = b"\x50\x00\x57\xcd"  # HLTA with its CRC_A, 6.4.3: a card that obeys says nothing

_SELECT = (0x93, 0x95, 0x97)  # cascade levels 1 to 3, 6.5.3.2
_CASCADE_TAG = 0x88  # stands where the first byte of the UID would, when more levels follow, 6.5.4
_SAK_CASCADE = 0x04  # the UID is not complete, 6.5.3.4
_UID_BITS, _LEVEL_BITS = 32, 40  # four bytes of UID, and with their check byte


def crc_a(data):
    """CRC_A of `data`, two bytes in the order of sending; preset 6363h (6.2.4)."""
    crc = 0x6363
    for byte in data:
        low = (byte ^ crc) & 0xFF
        low = (low ^ low << 4) & 0xFF
        crc = crc >> 8 ^ low << 8 ^ low << 3 ^ low >> 4
    return bytes((crc & 0xFF, crc >> 8))


async def read_uid(transceiver):
    """UID of one of the cards that answered a request (4, 7 or 10 bytes), which is then selected; None on any error."""
    uid = b""
    for select in _SELECT:
        frame = await _resolve(transceiver, select)
        if frame is None:
            return None
        sak = await _choose(transceiver, frame)
        if sak is None:
            return None
        if not sak & _SAK_CASCADE:
            return uid + bytes(frame[2:6])
        if frame[2] != _CASCADE_TAG:
            return None
        uid += bytes(frame[3:6])
    return None


async def _resolve(transceiver, select):
    """The frame that selects one card at this level, without its CRC_A; None when none did (6.5.3.1)."""
    frame = bytearray(9)  # SEL, NVB, four bytes of UID, check byte, CRC_A
    frame[0] = select
    known = 0
    while True:
        whole, part = known >> 3, known & 7
        frame[1] = 0x20 + (whole << 4) + part
        outcome = await transceiver.exchange(frame[: 2 + whole + (part > 0)], part, part)
        received = 8 * whole + transceiver.answer_bits
        if outcome not in (ANSWER, COLLISION) or received > _LEVEL_BITS:
            return None
        _take(frame, 2 + whole, part, transceiver)
        if outcome == ANSWER:
            whole_level = received == _LEVEL_BITS
            return frame if whole_level and not frame[2] ^ frame[3] ^ frame[4] ^ frame[5] ^ frame[6] else None
        agreed = min(_agreed(known, transceiver.collision), received)
        if not known < agreed <= _UID_BITS:
            return None
        known = agreed


def _agreed(known, position):
    """How many bits of the UID are now known to be some card's, after a collision at the chip's number `position`.

    The MFRC522's data sheet leaves open where the count begins: at the first bit of the UID, of the byte that the frame
    ended in (so the MFRC631's), or of the answer. The least of these that is news is right in each case: bits before
    the collision are those of all cards that answered, and whatever value is read for the bit itself, some card has it.
    """
    for start in (0, known & ~7, known):
        if start + position > known:
            return start + position
    return known


def _take(frame, at, part, transceiver):
    """Put the answer into the frame, below it the `part` bits that the frame had already."""
    kept = frame[at] & ((1 << part) - 1)
    for number in range((transceiver.answer_bits + 7) >> 3):
        frame[at + number] = transceiver.answer[number]
    frame[at] = (frame[at] & ~((1 << part) - 1)) | kept


async def _choose(transceiver, frame):
    """Select the card of this frame; its SAK, or None (6.4.2)."""
    frame[1] = 0x70
    frame[7:9] = crc_a(frame[:7])
    if await transceiver.exchange(frame) != ANSWER or transceiver.answer_bits != 24:
        return None
    sak = bytes(transceiver.answer[:3])
    return sak[0] if crc_a(sak[:1]) == sak[1:] else None
