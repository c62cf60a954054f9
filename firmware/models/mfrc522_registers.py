"""Names, bits and reset values of the MFRC522's registers (data sheet revision 3.9, section 9). Holds no behaviour."""

COMMAND, COM_I_EN, DIV_I_EN, COM_IRQ, DIV_IRQ, ERROR, STATUS_1, STATUS_2 = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x07,
    0x08,
)
FIFO_DATA, FIFO_LEVEL, WATER_LEVEL, CONTROL, BIT_FRAMING, COLL = 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E
MODE, TX_MODE, RX_MODE, TX_CONTROL, TX_ASK, DEMOD = 0x11, 0x12, 0x13, 0x14, 0x15, 0x19
CRC_RESULT_HI, CRC_RESULT_LO, RF_CFG, T_MODE, T_PRESCALER = 0x21, 0x22, 0x26, 0x2A, 0x2B
T_RELOAD_HI, T_RELOAD_LO, T_COUNTER_HI, T_COUNTER_LO, VERSION = 0x2C, 0x2D, 0x2E, 0x2F, 0x37

IDLE, CALC_CRC, TRANSMIT, NO_CHANGE, RECEIVE, TRANSCEIVE, SOFT_RESET = 0x0, 0x3, 0x4, 0x7, 0x8, 0xC, 0xF  # 10.3
RCV_OFF, POWER_DOWN = 0x20, 0x10  # CommandReg
SET_1, TX_IRQ, RX_IRQ, IDLE_IRQ, HI_ALERT_IRQ, LO_ALERT_IRQ, ERR_IRQ, TIMER_IRQ = (1 << n for n in range(7, -1, -1))
TEMP_SENS_CLEAR = 0x80  # Status2Reg
CRC_IRQ = 0x04  # DivIrqReg
WR_ERR, TEMP_ERR, BUFFER_OVFL, COLL_ERR, CRC_ERR, PARITY_ERR, PROTOCOL_ERR = 0x80, 0x40, 0x10, 0x08, 0x04, 0x02, 0x01
CRC_OK, CRC_READY, T_RUNNING, HI_ALERT, LO_ALERT = 0x40, 0x20, 0x08, 0x02, 0x01  # Status1Reg
FLUSH_BUFFER = 0x80  # FIFOLevelReg
T_STOP_NOW, T_START_NOW = 0x80, 0x40  # ControlReg
START_SEND = 0x80  # BitFramingReg
VALUES_AFTER_COLL, COLL_POS_NOT_VALID = 0x80, 0x20  # CollReg
CRC_EN, RX_NO_ERR = 0x80, 0x08  # TxModeReg and RxModeReg; RxModeReg
RF_EN = 0x03  # TxControlReg: either driver
FORCE_100_ASK = 0x40  # TxASKReg
T_PRESCAL_EVEN = 0x10  # DemodReg
T_AUTO, T_AUTO_RESTART = 0x80, 0x10  # TModeReg

AT_RESET = (
    b"\x00\x20\x80\x00\x14\x00\x00\x21\x00\x00\x00\x08\x10\x00\xa0\x00"
    b"\x00\x3f\x00\x00\x80\x00\x10\x84\x84\x4d\x00\x00\x62\x00\x00\xeb"
    b"\x00\xff\xff\x88\x26\x87\x48\x88\x20\x20\x00\x00\x00\x00\x00\x00"
    b"\x00\x00\x00\x80\x00\x00\x40\x00\x00\x00\x00\x00\xff\x00\x03\x00"
)
"""Tables 21 to 147. Where they have x it is 0, but in CollReg the two bits that say that nothing collided yet."""

READ_ONLY = (ERROR, STATUS_1, CRC_RESULT_HI, CRC_RESULT_LO, T_COUNTER_HI, T_COUNTER_LO, VERSION)
