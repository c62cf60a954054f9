"""The pins of an ESP32-S3 and an ESP32-C3, which says itself which it is. Holds nothing else.

None of them is a strapping pin, nor one of the flash or of the chip's own USB (Espressif's data sheets, "Strapping
Pins"; S3 v2.0, C3 v2.1).
"""

import sys

from boards import pins

_S3 = {
    "spi": 2,
    "sck": 12,
    "mosi": 11,
    "miso": 13,
    "chip_select": 10,
    "reset": 9,
    "red": 4,
    "green": 5,
    "blue": 6,
    "buzzer": 7,
    "buttons": (15, 16, 17, 18, 21),
}
_C3 = {
    "spi": 1,
    "sck": 4,
    "mosi": 6,
    "miso": 5,
    "chip_select": 7,
    "reset": None,
    "red": 0,
    "green": 1,
    "blue": 3,
    "buzzer": 10,
    "buttons": (20, 21),
}


class Board(pins.Board):
    """See `boards`."""

    PINS = _C3 if "ESP32C3" in getattr(sys.implementation, "_machine", "") else _S3
