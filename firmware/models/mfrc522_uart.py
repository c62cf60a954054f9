"""The contactless UART of the MFRC522: frames out of the FIFO, answers into it, at 106 kBd. Knows no command.

Numbers are those of sections of the data sheet, revision 3.9.
"""

from models import mfrc522_registers as reg
from models.iso14443a_model import ETU, Reply, crc, to_bits, to_bytes
from models.mfrc522_parts import fail

RESTS, WAITS_FOR_FIELD, SENDS, LISTENS, RECEIVES = 0, 2, 3, 5, 6
"""ModemState (9.3.1.9)."""

FROM_ANSWER, FROM_BYTE, FROM_UID = "answer", "byte", "uid"
"""Where CollPos may count from, which 9.3.1.15 leaves open: the answer's first bit, bit 0 of the byte that RxAlign puts
it into, or the first bit of the UID."""

_ANSWER_DELAY = (1172, 1236)  # cycles after a last bit of 0 or 1 (ISO/IEC 14443-3, 6.2.1.1)
_IN_THE_CHIP, _ON_THE_AIR = range(2)
_RECEIVING_ERRORS = reg.COLL_ERR | reg.CRC_ERR | reg.PARITY_ERR | reg.PROTOCOL_ERR


def air_cycles(bits):
    """How long a frame of so many bits takes: its start, the bits, a parity for each whole byte, and its end."""
    return ETU * (1 + bits + bits // 8 + 1)


class ContactlessUart:
    """Sends and receives; next_at is the time of its next step, or None.

    collisions_from: one of the above.
    on_sent, on_received: called without arguments when a frame is out, and when an answer is in the FIFO.
    """

    def __init__(self, registers, fifo, timer, field, collisions_from, on_sent, on_received):
        self.state = RESTS
        self.collisions_from = collisions_from
        self._registers = registers
        self._fifo = fifo
        self._timer = timer
        self._field = field
        self._on_sent = on_sent
        self._on_received = on_received
        self._steps = []
        self._sent = []
        self._reply = Reply([])

    @property
    def next_at(self):
        """See the class."""
        return self._steps[0][0] if self._steps else None

    def step(self):
        """Take the next step."""
        at, take, _ = self._steps.pop(0)
        take(at)

    def stop(self):
        """Stop whatever goes on; a frame that is cut off reaches no card, but an answer on its way still comes."""
        self.state = RESTS
        self._steps = [step for step in self._steps if step[2] == _ON_THE_AIR]

    def send(self, at):
        """Send what is in the FIFO; waits in vain when there is no field (TxWaitRF, 9.3.2.2)."""
        if not self._field.is_on:
            self.state = WAITS_FOR_FIELD
            return
        frame = self._fifo.take()
        if self._registers[reg.TX_MODE] & reg.CRC_EN:
            frame += crc(frame)
        last_bits = self._registers[reg.BIT_FRAMING] & 7
        self._sent = to_bits(frame)[: len(frame) * 8 - (8 - last_bits if last_bits else 0)]
        self.state = SENDS
        self._steps = [(at + air_cycles(len(self._sent)), self._is_sent, _IN_THE_CHIP)]

    def listen(self):
        """Receive what comes from now on."""
        self.state = LISTENS

    def _is_sent(self, at):
        self.state = RESTS
        self._registers[reg.COM_IRQ] |= reg.TX_IRQ
        if self._registers[reg.T_MODE] & reg.T_AUTO:
            self._timer.start(at)
        # Type A is 100 % ASK: with less, no card makes out a frame.
        is_heard = self._registers[reg.TX_ASK] & reg.FORCE_100_ASK
        reply = self._field.answer(self._sent, at) if is_heard else None
        if reply is not None:
            self._reply = reply
            self._steps.append((at + _ANSWER_DELAY[self._sent[-1]], self._begins, _ON_THE_AIR))
        self._on_sent()

    def _begins(self, at):
        if self.state != LISTENS or self._registers[reg.COMMAND] & reg.RCV_OFF:
            return
        self.state = RECEIVES
        self._registers[reg.ERROR] &= ~_RECEIVING_ERRORS
        bits = len(self._reply.bits)
        if bits >= 4:
            self._steps.append((at + 5 * ETU, self._fifth_bit, _IN_THE_CHIP))
        self._steps.append((at + air_cycles(bits), self._is_received, _IN_THE_CHIP))

    def _fifth_bit(self, at):
        if self._registers[reg.T_MODE] & reg.T_AUTO:
            self._timer.stop(at)

    def _is_received(self, at):  # noqa: ARG002 - called as each step is
        self.state = RESTS
        bits, collision = self._reply.bits, self._reply.collision
        align = self._registers[reg.BIT_FRAMING] >> 4 & 7
        self._note_collision(collision, align)
        if collision is not None:
            fail(self._registers, reg.COLL_ERR)
            if not self._registers[reg.COLL] & reg.VALUES_AFTER_COLL:
                bits = bits[: collision + 1] + [0] * (len(bits) - collision - 1)
        if self._reply.is_parity_wrong:
            fail(self._registers, reg.PARITY_ERR)
        bits = [0] * align + bits
        if self._registers[reg.RX_MODE] & reg.CRC_EN:
            bits = self._without_crc(bits)
        for byte in to_bytes(bits):
            self._fifo.push(byte)
        self._registers[reg.CONTROL] = self._registers[reg.CONTROL] & 0xF8 | len(bits) & 7
        self._registers[reg.COM_IRQ] |= reg.RX_IRQ
        self._on_received()

    def _note_collision(self, collision, align):
        coll = self._registers[reg.COLL] & reg.VALUES_AFTER_COLL
        position = 33
        if collision is not None:
            known = len(self._sent) - 16
            position = collision + 1 + {FROM_ANSWER: 0, FROM_BYTE: align, FROM_UID: known}[self.collisions_from]
        self._registers[reg.COLL] = coll | (position & 0x1F if 1 <= position <= 32 else reg.COLL_POS_NOT_VALID)

    def _without_crc(self, bits):
        data = to_bytes(bits)
        if len(bits) % 8 or crc(data[:-2]) != data[-2:]:
            fail(self._registers, reg.CRC_ERR)
        return bits[:-16]
