"""The FIFO and the timer unit of the MFRC522 (data sheet revision 3.9, sections 8.3 and 8.5). Know no command."""

from models import mfrc522_registers as reg

_BYTES = 64


def fail(registers, error):
    """Set bits of ErrorReg, and ErrIRq with them."""
    registers[reg.ERROR] |= error
    registers[reg.COM_IRQ] |= reg.ERR_IRQ


class Fifo:
    """The 64 bytes between host and radio; registers are the chip's."""

    def __init__(self, registers):
        self._registers = registers
        self._bytes = []
        self._alerts = self.alerts()

    def __len__(self):
        return len(self._bytes)

    def push(self, byte):
        """Store a byte, or fail when there is no room."""
        if len(self._bytes) == _BYTES:
            fail(self._registers, reg.BUFFER_OVFL)
            return
        self._bytes.append(byte)
        self.note()

    def pop(self):
        """The oldest byte, which leaves; 0 when there is none."""
        byte = self._bytes.pop(0) if self._bytes else 0
        self.note()
        return byte

    def take(self):
        """All bytes, which leave."""
        taken = bytes(self._bytes)
        self._bytes.clear()
        self.note()
        return taken

    def alerts(self):
        """The bits HiAlert and LoAlert of Status1Reg."""
        level, water = len(self._bytes), self._registers[reg.WATER_LEVEL] & 0x3F
        return (reg.HI_ALERT if _BYTES - level <= water else 0) | (reg.LO_ALERT if level <= water else 0)

    def note(self):
        """An alert that began sets its interrupt; to be told after WaterLevelReg was written."""
        before, self._alerts = self._alerts, self.alerts()
        begun = self._alerts & ~before
        self._registers[reg.COM_IRQ] |= (reg.HI_ALERT_IRQ if begun & reg.HI_ALERT else 0) | (
            reg.LO_ALERT_IRQ if begun & reg.LO_ALERT else 0
        )


class Timer:
    """Counts down from its reload value; ends_at is the time at which it reaches 0, None while it stands still.

    Times are in carrier cycles, which are the clock of its input.
    """

    def __init__(self, registers):
        self.ends_at = None
        self._registers = registers
        self._period = 1
        self._stood_at = 0

    def start(self, at):
        """Load the reload value and run."""
        value = self._registers
        prescaler = (value[reg.T_MODE] & 0x0F) << 8 | value[reg.T_PRESCALER]
        self._period = 2 * prescaler + (2 if value[reg.DEMOD] & reg.T_PRESCAL_EVEN else 1)
        reload = value[reg.T_RELOAD_HI] << 8 | value[reg.T_RELOAD_LO]
        self.ends_at = at + (reload + 1) * self._period

    def stop(self, at):
        """Stand still at the present value."""
        self._stood_at = self.value(at)
        self.ends_at = None

    def end(self):
        """0 is reached: TimerIRq; stand there, or begin again when TAutoRestart says so."""
        at = self.ends_at
        self.stop(at)
        self._registers[reg.COM_IRQ] |= reg.TIMER_IRQ
        if self._registers[reg.T_MODE] & reg.T_AUTO_RESTART:
            self.start(at)

    def value(self, at):
        """What TCounterValReg shows."""
        return self._stood_at if self.ends_at is None else max(0, (self.ends_at - at) // self._period)
