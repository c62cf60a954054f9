"""What a USB device's ids say about the board behind it. Asks nobody."""

from luot_tools.serial.port import Found

# Of each maker's public list: Raspberry Pi "usb-pid", Espressif "usb-pids", Silicon Labs, WCH, FTDI.
_BY_IDS = {
    (0x2E8A, 0x0005): "RP2040, MicroPython",
    (0x2E8A, 0x0003): "RP2040, ready for a UF2 file",
    (0x2E8A, 0x000F): "RP2350, ready for a UF2 file",
    (0x303A, 0x1001): "ESP32-S3, -C3 or -C6, its own USB",
    (0x303A, 0x4001): "ESP32-S3 or -S2, MicroPython",
    (0x10C4, 0xEA60): "CP210x, often an ESP32",
    (0x1A86, 0x7523): "CH340, often an ESP32",
    (0x1A86, 0x55D3): "CH343, often an ESP32",
    (0x1A86, 0x55D4): "CH9102, often an ESP32",
    (0x0403, 0x6001): "FT232, a USB serial adapter",
    (0x0403, 0x6015): "FT231X, a USB serial adapter",
}
_BY_MAKER = {0x2E8A: "a Raspberry Pi board", 0x303A: "an Espressif board"}


def chip(found: Found) -> str:
    """The chip behind a port in words, "" when its ids say nothing."""
    if found.vid is None or found.pid is None:
        return ""
    return _BY_IDS.get((found.vid, found.pid)) or _BY_MAKER.get(found.vid, "")


def is_board(found: Found) -> bool:
    """True for a port that may be a board's: any on USB."""
    return found.vid is not None
