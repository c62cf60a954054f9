"""The model's radio does what the MFRC522's data sheet (revision 3.9) says; numbers are those of its sections."""

from bench import UID_4
from host import ALL_IRQS, Host

from models import mfrc522_registers as reg
from models.mfrc522_uart import FROM_ANSWER, FROM_BYTE, FROM_UID

ALSO_ON_MICROPYTHON = True


def test_an_answer():
    """10.3.1.8: TxIRq, then RxIRq with the bytes in the FIFO; the timer stops at the fifth bit; Transceive goes on."""
    host = Host(UID_4)
    host.radiate()
    host.transceive(b"\x26", 7, wait_us=80)
    assert [3, 0] == [host.read(reg.STATUS_2), host.read(reg.COM_IRQ) & (reg.TX_IRQ | reg.RX_IRQ)]
    host.clock.pass_us(20)
    assert [5, reg.TX_IRQ] == [host.read(reg.STATUS_2), host.read(reg.COM_IRQ) & (reg.TX_IRQ | reg.RX_IRQ)]
    assert host.read(reg.STATUS_1) & reg.T_RUNNING
    host.clock.pass_us(140)
    assert [6, 0] == [host.read(reg.STATUS_2), host.read(reg.STATUS_1) & reg.T_RUNNING]
    host.clock.pass_us(200)
    assert [0x0C, 1, 2, 0x10, 0] == host.read(reg.COMMAND, reg.STATUS_2, reg.FIFO_LEVEL, reg.CONTROL, reg.ERROR)
    assert host.read(reg.COM_IRQ) & (reg.RX_IRQ | reg.TIMER_IRQ | reg.IDLE_IRQ) == reg.RX_IRQ
    assert b"\x04\x00" == host.fifo()


def test_no_answer():
    """The timer runs out and nothing else happens: the command goes on listening."""
    host = Host()
    host.radiate()
    host.transceive(b"\x26", 7, wait_us=1000)
    assert host.read(reg.COM_IRQ) & (reg.RX_IRQ | reg.TIMER_IRQ) == 0
    host.clock.pass_us(100)
    assert host.read(reg.COM_IRQ) & (reg.RX_IRQ | reg.TIMER_IRQ) == reg.TIMER_IRQ
    assert [0x0C, 5] == host.read(reg.COMMAND, reg.STATUS_2)


def test_what_keeps_a_card_silent():
    """Less than 100 % ASK, no field, and a request of 8 bits instead of 7."""
    for register, value, framing in ((reg.TX_ASK, 0x00, 7), (reg.TX_CONTROL, 0x80, 7), (reg.TX_ASK, 0x40, 0)):
        host = Host(UID_4)
        host.radiate()
        host.write(register, value)
        host.transceive(b"\x26", framing)
        assert host.read(reg.COM_IRQ) & reg.RX_IRQ == 0


def test_what_keeps_a_frame_from_going_out():
    """StartSend without Transceive, and another command while it is on its way."""
    host = Host(UID_4)
    host.radiate()
    host.write(reg.FIFO_DATA, 0x26)
    host.write(reg.BIT_FRAMING, reg.START_SEND | 7)
    host.write(reg.COMMAND, reg.TRANSCEIVE)
    host.clock.pass_us(2000)
    assert (0, 1) == (host.read(reg.COM_IRQ) & reg.TX_IRQ, host.read(reg.FIFO_LEVEL))
    host = Host(UID_4)
    host.radiate()
    host.transceive(b"\x26", 7, wait_us=50)
    host.write(reg.COMMAND, reg.IDLE)
    host.clock.pass_us(2000)
    assert host.read(reg.COM_IRQ) & (reg.TX_IRQ | reg.RX_IRQ) == 0


def test_what_keeps_an_answer_from_coming_in():
    """The receiver off, or another command before the answer begins."""
    for command in (reg.RCV_OFF | reg.NO_CHANGE, reg.IDLE):
        host = Host(UID_4)
        host.radiate()
        host.transceive(b"\x26", 7, wait_us=100)
        host.write(reg.COMMAND, command)
        host.clock.pass_us(2000)
        assert host.read(reg.COM_IRQ) & (reg.TX_IRQ | reg.RX_IRQ) == reg.TX_IRQ


def test_bits_of_a_byte():
    """9.3.1.14: TxLastBits of the last byte go out; RxAlign shifts the answer, and RxLastBits counts its rest."""
    host = Host(UID_4)
    host.radiate()
    host.transceive(b"\x26", 7)
    host.fifo()
    host.transceive(b"\x93\x25\x04", 5 << 4 | 5)
    assert (UID_4[0] & 0xE0, UID_4[1:]) == (host.read(reg.FIFO_DATA), host.fifo()[:3])
    assert host.read(reg.CONTROL) & 7 == 0
    host.transceive(b"\x93\x25\x04", 5)
    assert (5, 3) == (host.read(reg.FIFO_LEVEL), host.read(reg.CONTROL) & 7)


def test_a_collision():
    """9.3.1.7 and 9.3.1.15: CollErr, the position, and zeros after it unless ValuesAfterColl is set."""
    for coll, cleared in ((0x00, True), (0x80, False)):
        host = Host(UID_4, bytes.fromhex("04a1b6ff"))
        host.radiate()
        host.write(reg.COLL, coll)
        host.transceive(b"\x26", 7)
        assert [0, coll | 0x20] == host.read(reg.ERROR, reg.COLL)
        host.fifo()
        host.transceive(b"\x93\x20")
        assert [reg.COLL_ERR, coll | 19] == host.read(reg.ERROR, reg.COLL)
        host.write(reg.COLL, coll | 0x3F)
        assert coll | 19 == host.read(reg.COLL)
        assert host.read(reg.COM_IRQ) & reg.ERR_IRQ
        assert (b"\x04\xa1\x06\x00\x00" == host.fifo()) == cleared


def test_where_a_collision_counts_from():
    """After 20 known bits one in the 27th of the UID, in the three readings; the 32nd is 0; beyond, none is valid."""
    for start, position in ((FROM_ANSWER, 7), (FROM_BYTE, 11), (FROM_UID, 27)):
        host = collided("04a1b2c3", "04a1b2c7", start, bytes.fromhex("934404a102"), 4 << 4 | 4)
        assert position == host.read(reg.COLL)
    assert collided("04a1b2c3", "04a1b243", FROM_UID, b"\x93\x20").read(reg.COLL) == 0
    host = collided("04a1b2c3", "04a1b243", FROM_UID, bytes.fromhex("936004a1b2c3"))
    assert [0, 0x20] == host.read(reg.ERROR, reg.COLL)


def collided(uid, other, start, frame, framing=0):
    """A host that sent this frame to two cards with these UIDs."""
    host = Host(bytes.fromhex(uid), bytes.fromhex(other), collisions_from=start)
    host.radiate()
    host.write(reg.COLL, 0)
    host.transceive(b"\x26", 7)
    host.fifo()
    host.transceive(frame, framing)
    return host


def test_noise():
    """9.3.1.7: a wrong parity; the next answer clears it."""
    host = Host(UID_4)
    host.radiate()
    host.field.noise = lambda _bits: [3]
    host.transceive(b"\x26", 7)
    assert [reg.PARITY_ERR, 2] == host.read(reg.ERROR, reg.FIFO_LEVEL)
    host.fifo()
    host.field.noise = None
    host.transceive(b"\x93\x20")
    assert host.read(reg.ERROR) == 0


def test_crc_of_frames():
    """9.3.2.3 and 9.3.2.4: appended to what is sent; checked, and kept out of the FIFO, in what is received."""
    host = Host(UID_4)
    host.radiate()
    host.transceive(b"\x26", 7)
    host.fifo()
    host.transceive(b"\x93\x20")
    part = host.fifo()
    host.write(reg.TX_MODE, reg.CRC_EN)
    host.write(reg.RX_MODE, reg.CRC_EN)
    host.transceive(b"\x93\x70" + part)
    assert (b"\x08", 0) == (host.fifo(), host.read(reg.ERROR))
    host = Host(UID_4)
    host.radiate()
    host.write(reg.RX_MODE, reg.CRC_EN)
    host.transceive(b"\x26", 7)
    assert reg.CRC_ERR == host.read(reg.ERROR)


def test_writing_into_an_answer():
    """9.3.1.7: WrErr when the host fills the FIFO while an answer is awaited."""
    host = Host()
    host.radiate()
    host.transceive(b"\x26", 7)
    host.write(reg.FIFO_DATA, 1)
    assert reg.WR_ERR == host.read(reg.ERROR)


def test_transmit_and_receive():
    """10.3.1.5 and 10.3.1.7: one command after the other, each ends by itself with IdleIRq."""
    host = Host(UID_4)
    host.radiate()
    host.write(reg.FIFO_DATA, 0x26)
    host.write(reg.BIT_FRAMING, 7)
    host.write(reg.COM_IRQ, ALL_IRQS)
    host.write(reg.COMMAND, reg.TRANSMIT)
    host.clock.pass_us(90)
    assert [0x00, reg.TX_IRQ | reg.IDLE_IRQ] == host.read(reg.COMMAND, reg.COM_IRQ)
    host.write(reg.COM_IRQ, ALL_IRQS)
    host.write(reg.COMMAND, reg.RECEIVE)
    host.clock.pass_us(500)
    assert [0x00, reg.RX_IRQ | reg.IDLE_IRQ] == host.read(reg.COMMAND, reg.COM_IRQ)
    assert b"\x04\x00" == host.fifo()
