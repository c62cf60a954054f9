"""The card chip NXP MFRC522 behind its SPI pins, as its data sheet (revision 3.9) describes it. Knows no driver.

Numbers are those of its sections. Modelled are its registers, the FIFO, interrupts, errors, the timer, power-down and
reset, and the commands Idle, CalcCRC, Transmit, Receive, Transceive and SoftReset at 106 kBd; any other command is
unknown to it. What the data sheet leaves open is taken the harder way: until the chip is awake it takes no register
but CommandReg and begins no command, and an empty FIFO reads as 0.
"""

from models import mfrc522_registers as reg
from models.clock import cycles
from models.iso14443a_model import crc
from models.ledger import Ledger
from models.mfrc522_parts import Fifo, Timer, fail
from models.mfrc522_uart import FROM_BYTE, LISTENS, RECEIVES, RESTS, ContactlessUart

OFF, ASLEEP, WAKING, AWAKE, FIELD = "off", "asleep", "waking", "awake", "field"

CURRENT_MA = {OFF: 0.005, ASLEEP: 0.010, WAKING: 13.5, AWAKE: 13.5, FIELD: 73.5}
"""Table 153: the greatest current with NRSTPD low and in soft power-down, else the typical ones, receiver on."""

_READY_CYCLES = 512  # 1024 clocks of 27.12 MHz (8.6.2)
_CRYSTAL_US = 300  # measured on a module; the data sheet leaves it to the crystal (8.8.2)
_CRC_PRESETS = (0x0000, 0x6363, 0xA671, 0xFFFF)
_KNOWN = (reg.IDLE, reg.CALC_CRC, reg.TRANSMIT, reg.RECEIVE, reg.TRANSCEIVE)


class Mfrc522Model:
    """One chip, which is also the SPI bus that it is alone on.

    field, now: see `models`. version: VersionReg. collisions_from: see `mfrc522_uart`.
    ledger: accesses, states and charge.

    Faults: on_access is called with the number of each access just before it; bus_reads is what a broken bus gives
    (0x00 or 0xFF); irqs_kept and irqs_set are masks for reading ComIrqReg; reset() is a dip in the supply; overheat()
    is what 9.3.1.7 says of TempErr; crystal_cycles is the time that the crystal takes to start; version may be changed.
    """

    def __init__(self, field, now, version=0x92, collisions_from=FROM_BYTE):
        self.field = field
        self.version = version
        self.ledger = Ledger(CURRENT_MA, OFF, now())
        self.on_access = None
        self.bus_reads = None
        self.irqs_kept = 0xFF
        self.irqs_set = 0x00
        self.crystal_cycles = cycles(_CRYSTAL_US)
        self._now = now
        self._at = now()
        self._registers = bytearray(reg.AT_RESET)
        self._fifo = Fifo(self._registers)
        self._timer = Timer(self._registers)
        self._uart = ContactlessUart(
            self._registers, self._fifo, self._timer, field, collisions_from, self._sent, self._received
        )
        self._command = reg.IDLE
        self._crc_data = b""
        self._is_selected = False
        self._is_held = False
        self._is_asleep = False
        self._oscillates_at = 0
        self._awake_at = 0
        self._address = None
        self._is_reading = False
        self.reset()

    def chip_select(self, level):
        """The pin NSS; going low it begins an access."""
        self._is_selected = not level
        if level:
            return
        self._catch_up()
        if self.on_access is not None:
            self.on_access(self.ledger.accesses)
            self._catch_up()
        self.ledger.accesses += 1
        self._address = None

    def reset_pin(self, level):
        """The pin NRSTPD: hard power-down while it is low, a reset when it rises (8.6.1, 8.8.1)."""
        if level and self._is_held:
            self._is_held = False
            self.reset()
        elif not level:
            self._catch_up()
            self._is_held = True
            self._halt()
            self._settle()

    def write(self, out):
        """As a machine.SPI."""
        for byte in out:
            self._transfer(byte)

    def write_readinto(self, out, into):
        """As a machine.SPI."""
        for number, byte in enumerate(out):
            into[number] = self._transfer(byte)

    def reset(self):
        """All registers as after power-on; the crystal starts anew."""
        self._catch_up()
        self._oscillates_at = self._at + self.crystal_cycles
        self._reset()

    def overheat(self):
        """The chip is too hot, and switches its drivers off."""
        self._catch_up()
        fail(self._registers, reg.TEMP_ERR)
        self._registers[reg.TX_CONTROL] &= ~reg.RF_EN
        self._settle()

    def _transfer(self, byte):
        """One byte over SPI: the first says what the next ones are (8.1.2)."""
        if not self._is_selected or self._is_held:
            return 0x00
        if self.bus_reads is not None:
            return self.bus_reads
        address, self._address = self._address, byte >> 1 & 0x3F
        if address is None:
            self._is_reading = bool(byte & 0x80)
            return 0x00
        if self._is_reading:
            return self._read(address)
        self._address = address
        self._write(address, byte)
        return 0x00

    def _read(self, address):
        stored = self._registers[address]
        if address == reg.FIFO_DATA:
            return self._fifo.pop()
        if address == reg.FIFO_LEVEL:
            return len(self._fifo)
        if address == reg.COMMAND:
            is_down = self._is_asleep or self._at < self._awake_at
            return stored & reg.RCV_OFF | (reg.POWER_DOWN if is_down else 0) | self._command
        if address == reg.COM_IRQ:
            return stored & self.irqs_kept | self.irqs_set
        if address == reg.STATUS_1:
            running = reg.T_RUNNING if self._timer.ends_at is not None else 0
            return stored & (reg.CRC_OK | reg.CRC_READY) | running | self._fifo.alerts()
        if address == reg.STATUS_2:
            waits = self._command == reg.TRANSCEIVE and self._uart.state == RESTS
            return stored | (1 if waits else self._uart.state)
        if address in (reg.T_COUNTER_HI, reg.T_COUNTER_LO):
            return self._timer.value(self._at) >> (8 if address == reg.T_COUNTER_HI else 0) & 0xFF
        return self.version if address == reg.VERSION else stored

    def _write(self, address, value):
        if address == reg.COMMAND:
            self._take_command(value)
        elif self._is_asleep or self._at < self._awake_at or address in reg.READ_ONLY:
            return
        elif address in (reg.COM_IRQ, reg.DIV_IRQ):
            stored = self._registers[address]
            self._registers[address] = stored | value & 0x7F if value & reg.SET_1 else stored & ~value
        elif address == reg.FIFO_DATA:
            if self._uart.state in (LISTENS, RECEIVES):
                fail(self._registers, reg.WR_ERR)
            self._fifo.push(value)
            self._calculate_crc()
        elif address == reg.FIFO_LEVEL:
            if value & reg.FLUSH_BUFFER:
                self._fifo.take()
                self._registers[reg.ERROR] &= ~reg.BUFFER_OVFL
        elif address == reg.CONTROL:
            if value & reg.T_STOP_NOW:
                self._timer.stop(self._at)
            elif value & reg.T_START_NOW:
                self._timer.start(self._at)
        elif address == reg.BIT_FRAMING:
            self._registers[address] = value & 0x77
            if value & reg.START_SEND and self._command == reg.TRANSCEIVE and len(self._fifo):
                self._send()
        elif address == reg.COLL:
            self._registers[address] = self._registers[address] & 0x3F | value & reg.VALUES_AFTER_COLL
        elif address == reg.STATUS_2:
            self._registers[address] = value & 0xC0
            if value & reg.TEMP_SENS_CLEAR:
                self._registers[reg.ERROR] &= ~reg.TEMP_ERR
        else:
            self._registers[address] = value
            self._fifo.note()
        self._settle()

    def _take_command(self, value):
        """CommandReg: power-down (8.6.2) and commands (10.3)."""
        command = value & 0x0F
        if self._is_asleep and not value & reg.POWER_DOWN:
            self._oscillates_at = self._at + self.crystal_cycles
            self._awake_at = self._oscillates_at + _READY_CYCLES
        if command == reg.SOFT_RESET:
            self._reset()
            return
        self._registers[reg.COMMAND] = value & reg.RCV_OFF
        self._is_asleep = bool(value & reg.POWER_DOWN)
        if command != reg.NO_CHANGE:
            self._uart.stop()
            self._command = reg.IDLE
        if self._is_asleep:
            self._halt()
        if command not in (reg.NO_CHANGE, reg.IDLE) and not self._is_asleep and self._at >= self._awake_at:
            self._begin(command)

    def _begin(self, command):
        if command not in _KNOWN:
            self._end_command()
            return
        self._command = command
        self._registers[reg.ERROR] &= reg.TEMP_ERR | reg.BUFFER_OVFL
        if command == reg.CALC_CRC:
            self._crc_data = b""
            self._calculate_crc()
        elif command == reg.TRANSMIT:
            self._send()
        elif command == reg.RECEIVE:
            self._uart.listen()

    def _end_command(self):
        self._command = reg.IDLE
        self._registers[reg.COM_IRQ] |= reg.IDLE_IRQ

    def _send(self):
        self._settle()
        self._uart.send(self._at)

    def _sent(self):
        if self._command == reg.TRANSCEIVE:
            self._uart.listen()
        else:
            self._end_command()

    def _received(self):
        if self._command == reg.RECEIVE:
            self._end_command()

    def _calculate_crc(self):
        """While CalcCRC runs, each byte of the FIFO enters the calculation (10.3.1.4)."""
        if self._command == reg.CALC_CRC and len(self._fifo):
            self._crc_data += self._fifo.take()
            result = crc(self._crc_data, _CRC_PRESETS[self._registers[reg.MODE] & 3])
            self._registers[reg.CRC_RESULT_LO], self._registers[reg.CRC_RESULT_HI] = result
            self._registers[reg.DIV_IRQ] |= reg.CRC_IRQ
            self._registers[reg.STATUS_1] |= reg.CRC_READY

    def _reset(self):
        for address, value in enumerate(reg.AT_RESET):
            self._registers[address] = value
        self._halt()
        self._fifo.take()
        self._registers[reg.COM_IRQ] = reg.AT_RESET[reg.COM_IRQ]
        self._is_asleep = False
        self._awake_at = max(self._at, self._oscillates_at) + _READY_CYCLES
        self._settle()

    def _halt(self):
        """Without its clock nothing of the chip goes on."""
        self._uart.stop()
        self._timer.stop(self._at)
        self._command = reg.IDLE

    def _catch_up(self):
        """Let happen, in their order, all things whose time has come."""
        now = self._now()
        while True:
            due = [at for at in (self._timer.ends_at, self._uart.next_at) if at is not None and at <= now]
            if not due:
                break
            self._at = min(due)
            if self._at == self._uart.next_at:
                self._uart.step()
            else:
                self._timer.end()
        if self._at < self._awake_at <= now:
            self._at = self._awake_at
            self._settle()
        self._at = now
        self._settle()

    def _settle(self):
        """Field and ledger follow from what the registers say now."""
        if self._is_held:
            state = OFF
        elif self._is_asleep:
            state = ASLEEP
        elif self._at < self._awake_at:
            state = WAKING
        else:
            state = FIELD if self._registers[reg.TX_CONTROL] & reg.RF_EN else AWAKE
        self.field.switch(state == FIELD, self._at)
        self.ledger.enter(state, self._at)
