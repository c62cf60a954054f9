"""Whoever is at the other end of the model chip's SPI, without a driver: reads and writes registers."""

from models import mfrc522_registers as reg
from models.clock import SimulatedClock
from models.iso14443a_model import Card, Field
from models.mfrc522_model import Mfrc522Model

ALL_IRQS = 0x7F


class Host:
    """Reads and writes registers of a chip that is awake, with this card in its field."""

    def __init__(self, *uids, **chip):
        self.clock = SimulatedClock()
        self.field = Field(self.clock.now)
        for uid in uids:
            self.field.put(Card(uid))
        self.chip = Mfrc522Model(self.field, self.clock.now, **chip)
        self.clock.pass_us(1000)

    def write(self, register, *values):
        self.chip.chip_select(0)
        self.chip.write(bytes((register << 1,)) + bytes(values))
        self.chip.chip_select(1)

    def read(self, *registers):
        """One register's value, or the list of several."""
        into = bytearray(len(registers) + 1)
        self.chip.chip_select(0)
        self.chip.write_readinto(bytes([0x80 | register << 1 for register in registers] + [0]), into)
        self.chip.chip_select(1)
        return into[1] if len(registers) == 1 else list(into[1:])

    def radiate(self):
        """Field on with 100 % ASK, timer of 1 ms begun by each frame, cards ready."""
        self.write(reg.TX_ASK, reg.FORCE_100_ASK)
        self.write(reg.T_MODE, reg.T_AUTO)
        self.write(reg.T_PRESCALER, 169)
        self.write(reg.T_RELOAD_LO, 39)
        self.write(reg.TX_CONTROL, 0x83)
        self.clock.pass_us(5000)

    def transceive(self, frame, framing=0, wait_us=2000):
        self.write(reg.COM_IRQ, ALL_IRQS)
        self.write(reg.COMMAND, reg.TRANSCEIVE)
        self.write(reg.FIFO_DATA, *frame)
        self.write(reg.BIT_FRAMING, reg.START_SEND | framing)
        self.clock.pass_us(wait_us)

    def fifo(self):
        return bytes([self.read(reg.FIFO_DATA) for _ in range(self.read(reg.FIFO_LEVEL))])
