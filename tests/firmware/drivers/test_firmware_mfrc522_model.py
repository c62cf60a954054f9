"""The model chip does what the MFRC522's data sheet (revision 3.9) says; numbers are those of its sections."""

from bench import UID_4, run
from host import ALL_IRQS, Host

from models import mfrc522_registers as reg
from models.clock import cycles
from models.mfrc522_model import ASLEEP, AWAKE, FIELD, OFF, WAKING

ALSO_ON_MICROPYTHON = True


def test_reset_values():
    """9.3: those of the registers that drivers look at."""
    host = Host()
    values = host.read(0x01, 0x02, 0x04, 0x06, 0x07, 0x0A, 0x0B, 0x0C, 0x0D, 0x11, 0x14, 0x15, 0x19, 0x26, 0x2A, 0x37)
    assert bytes(values).hex() == "20801400" + "21000810" + "003f8000" + "4d480092"


def test_addresses():
    """8.1.2: a read names as many registers as it likes, a write puts all its bytes into one."""
    host = Host()
    host.write(reg.FIFO_DATA, 1, 2, 3)
    assert [3, 1, 2, 0x92, 1] == host.read(0x0A, 0x09, 0x09, 0x37, 0x0A)
    host.write(reg.T_RELOAD_HI, 1, 2)
    assert [2, 0] == host.read(reg.T_RELOAD_HI, reg.T_RELOAD_LO)


def test_read_only_registers():
    """9.1: writing them changes nothing."""
    host = Host()
    before = host.read(*reg.READ_ONLY)
    for register in reg.READ_ONLY:
        host.write(register, 0x55)
    assert before == host.read(*reg.READ_ONLY)


def test_fifo():
    """8.3: 64 bytes in their order, overflow until flushed, alerts by WaterLevel with interrupts that stay."""
    host = Host()
    host.write(reg.COM_IRQ, ALL_IRQS)
    host.write(reg.FIFO_DATA, *range(64))
    assert [64, reg.HI_ALERT_IRQ, 0] == host.read(reg.FIFO_LEVEL, reg.COM_IRQ, reg.ERROR)
    assert reg.HI_ALERT == host.read(reg.STATUS_1) & 3
    host.write(reg.FIFO_DATA, 99)
    assert [64, reg.BUFFER_OVFL] == host.read(reg.FIFO_LEVEL, reg.ERROR)
    assert reg.ERR_IRQ == host.read(reg.COM_IRQ) & reg.ERR_IRQ
    assert [0, 1, 62] == host.read(reg.FIFO_DATA, reg.FIFO_DATA, reg.FIFO_LEVEL)
    host.write(reg.FIFO_LEVEL, reg.FLUSH_BUFFER)
    assert [0, 0, 0] == host.read(reg.FIFO_LEVEL, reg.ERROR, reg.FIFO_DATA)
    assert host.read(reg.COM_IRQ) & reg.LO_ALERT_IRQ
    host.write(reg.WATER_LEVEL, 4)
    host.write(reg.FIFO_DATA, *range(5))
    assert host.read(reg.STATUS_1) & 3 == 0


def test_interrupt_bits():
    """9.3.1.5: Set1 says whether the marked bits are set or cleared."""
    host = Host()
    host.write(reg.COM_IRQ, ALL_IRQS)
    assert host.read(reg.COM_IRQ) == 0
    host.write(reg.COM_IRQ, reg.SET_1 | reg.RX_IRQ | reg.TIMER_IRQ)
    host.write(reg.COM_IRQ, reg.TIMER_IRQ)
    assert reg.RX_IRQ == host.read(reg.COM_IRQ)


def test_timer():
    """8.5: (2 x 169 + 1) x (reload + 1) / 13.56 MHz; begun and stopped by ControlReg, seen running and counting."""
    host = Host()
    host.write(reg.T_PRESCALER, 169)
    host.write(reg.T_RELOAD_HI, 1)
    host.write(reg.T_RELOAD_LO, 0x8F)
    host.write(reg.COM_IRQ, ALL_IRQS)
    host.write(reg.CONTROL, reg.T_START_NOW)
    host.clock.pass_us(9999)
    assert [0, reg.T_RUNNING] == [host.read(reg.COM_IRQ), host.read(reg.STATUS_1) & reg.T_RUNNING]
    host.clock.pass_us(2)
    assert [reg.TIMER_IRQ, 0] == [host.read(reg.COM_IRQ), host.read(reg.STATUS_1) & reg.T_RUNNING]
    host.write(reg.COM_IRQ, ALL_IRQS)
    host.write(reg.CONTROL, reg.T_START_NOW)
    host.clock.pass_us(5000)
    host.write(reg.CONTROL, reg.T_STOP_NOW)
    host.clock.pass_us(50_000)
    high, low, irqs = host.read(reg.T_COUNTER_HI, reg.T_COUNTER_LO, reg.COM_IRQ)
    assert (0, True) == (irqs, 199 <= high << 8 | low <= 200)


def test_timer_with_even_prescaler_and_restart():
    """8.5, 9.3.2.10 and 9.3.3.10: TPrescalEven adds a cycle, TAutoRestart goes on for ever."""
    host = Host()
    host.write(reg.DEMOD, 0x4D | reg.T_PRESCAL_EVEN)
    host.write(reg.T_MODE, reg.T_AUTO_RESTART)
    host.write(reg.T_PRESCALER, 5)
    host.write(reg.T_RELOAD_LO, 112)
    host.write(reg.CONTROL, reg.T_START_NOW)
    for _ in range(3):
        host.write(reg.COM_IRQ, ALL_IRQS)
        host.clock.pass_us(99)
        assert host.read(reg.COM_IRQ) == 0
        host.clock.pass_us(3)
        assert host.read(reg.COM_IRQ) == reg.TIMER_IRQ
        host.clock.pass_us(-2)


def test_crc_coprocessor():
    """10.3.1.4 and 9.3.2.2: the preset of ModeReg, byte after byte until another command."""
    host = Host()
    host.write(reg.MODE, 0x3D)
    host.write(reg.FIFO_DATA, 0x12)
    host.write(reg.DIV_IRQ, ALL_IRQS)
    host.write(reg.COMMAND, reg.CALC_CRC)
    host.write(reg.FIFO_DATA, 0x34)
    assert [0x26, 0xCF, 0] == host.read(reg.CRC_RESULT_LO, reg.CRC_RESULT_HI, reg.FIFO_LEVEL)
    assert host.read(reg.DIV_IRQ) & reg.CRC_IRQ
    host.write(reg.COMMAND, reg.IDLE)
    host.write(reg.FIFO_DATA, 0x56)
    assert [0x26, 1] == host.read(reg.CRC_RESULT_LO, reg.FIFO_LEVEL)


def test_an_unknown_command():
    """9.3.1.5: back to Idle, with IdleIRq; the host's own Idle sets none."""
    host = Host()
    host.write(reg.COM_IRQ, ALL_IRQS)
    host.write(reg.COMMAND, reg.IDLE)
    assert host.read(reg.COM_IRQ) == 0
    host.write(reg.COMMAND, 0x0D)
    assert [0x00, reg.IDLE_IRQ] == host.read(reg.COMMAND, reg.COM_IRQ)


def test_soft_power_down():
    """8.6.2: registers and FIFO keep their contents, nothing goes on, and waking takes its time, seen in PowerDown."""
    host = Host(UID_4)
    host.radiate()
    host.write(reg.FIFO_DATA, 1)
    host.write(reg.COMMAND, reg.POWER_DOWN)
    assert (ASLEEP, False, reg.POWER_DOWN) == (host.chip.ledger.state, host.field.is_on, host.read(reg.COMMAND))
    host.write(reg.TX_ASK, 0)
    host.write(reg.COMMAND, reg.IDLE)
    assert (WAKING, reg.POWER_DOWN) == (host.chip.ledger.state, host.read(reg.COMMAND))
    host.write(reg.TX_ASK, 0)
    host.clock.pass_us(336)
    assert reg.POWER_DOWN == host.read(reg.COMMAND)
    host.clock.pass_us(3)
    assert (0, FIELD) == (host.read(reg.COMMAND), host.chip.ledger.state)
    assert [1, reg.FORCE_100_ASK, reg.T_AUTO] == host.read(reg.FIFO_LEVEL, reg.TX_ASK, reg.T_MODE)


def test_soft_reset():
    """10.3.1.10: all registers as after power-on, the field off; the crystal goes on, so it takes 38 us."""
    host = Host()
    host.radiate()
    host.write(reg.FIFO_DATA, 1)
    host.write(reg.COMMAND, reg.SOFT_RESET)
    assert (False, 0x30) == (host.field.is_on, host.read(reg.COMMAND))
    host.clock.pass_us(38)
    assert [0x20, 0, 0, 0, 0x80] == host.read(reg.COMMAND, reg.FIFO_LEVEL, reg.T_MODE, reg.TX_ASK, reg.TX_CONTROL)


def test_hard_power_down():
    """8.6.1: while NRSTPD is low the pins are dead; its rise is a reset."""
    host = Host()
    host.radiate()
    host.chip.reset_pin(0)
    assert (OFF, False, 0, 0) == (
        host.chip.ledger.state,
        host.field.is_on,
        host.read(reg.VERSION),
        host.read(reg.T_MODE),
    )
    host.chip.reset_pin(1)
    host.clock.pass_us(1000)
    assert [0x92, 0] == host.read(reg.VERSION, reg.T_MODE)


def test_overheating():
    """9.3.1.7 and 9.3.1.9: drivers off, an error that commands do not clear, but TempSensClear does."""
    host = Host()
    host.radiate()
    host.chip.overheat()
    host.write(reg.COMMAND, reg.TRANSCEIVE)
    assert [reg.TEMP_ERR, 0x80] == host.read(reg.ERROR, reg.TX_CONTROL)
    host.write(reg.STATUS_2, 0x80)
    assert host.read(reg.ERROR) == 0


def test_the_ledger():
    """Accesses, each change of state with its time, milliseconds in each and the charge that they took."""
    host = Host()
    host.read(reg.COMMAND)
    ledger = host.chip.ledger
    changes = []
    ledger.on_change = lambda state, at: changes.append((state, at // cycles(1000)))
    accesses = ledger.accesses
    host.write(reg.TX_CONTROL, 0x83)
    run(host.clock.sleep_ms(10))
    host.write(reg.TX_CONTROL, 0x80)
    run(host.clock.sleep_ms(5))
    host.write(reg.COMMAND, reg.POWER_DOWN)
    run(host.clock.sleep_ms(100))
    host.read(reg.COMMAND)
    assert [(FIELD, 1), (AWAKE, 11), (ASLEEP, 16)] == changes
    assert (4, 10, 100) == (ledger.accesses - accesses, ledger.ms_in(FIELD), ledger.ms_in(ASLEEP))
    awake_ms = ledger.ms_in(WAKING) + ledger.ms_in(AWAKE)
    assert abs(10 * 73.5 + awake_ms * 13.5 + 100 * 0.010 - ledger.charge_uc()) < 0.01
