"""The pins of a Raspberry Pi Pico and Pico W. Holds nothing else."""

from boards import pins


class Board(pins.Board):
    """See `boards`."""

    PINS = {
        "spi": 0,
        "sck": 18,
        "mosi": 19,
        "miso": 16,
        "chip_select": 17,
        "reset": 20,
        "red": 2,
        "green": 3,
        "blue": 4,
        "buzzer": 5,
        "buttons": (6, 7, 8, 9, 10),
    }
