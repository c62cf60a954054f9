"""A reader on any board that has MicroPython's `machine`: wires its parts to the pins it is given. Holds no logic.

PINS has the numbers of the pins sck, mosi, miso and chip_select of the bus `spi`, reset of the card chip (None where it
is tied high), the LEDs red, green and blue, the buzzer, and the buttons.
"""

import os
import time

from machine import PWM, SPI, Pin

from luot_firmware.buttons import Buttons
from luot_firmware.drivers.mfrc522 import Mfrc522
from luot_firmware.flash import Flash, LittleFlash
from luot_firmware.lamp import Lamp

_SPI_HZ = 4_000_000
_PAUSE_MS = 3  # of a reader on mains
_FOLDER = "/taps"
_SOFTLY = 2048  # of 65535


class Board:
    """See `boards`; argv is empty."""

    PINS = {}

    def __init__(self, argv):  # noqa: ARG002
        self.flash = Flash("/")
        self._wifi = None

    def mount(self):
        """A folder of the board's own littlefs."""
        if _FOLDER[1:] not in os.listdir("/"):
            os.mkdir(_FOLDER)
        return LittleFlash(_FOLDER)

    def ticks_ms(self):
        """The chip's."""
        return time.ticks_ms()

    def signal_dbm(self):
        """Of the Wi-Fi, if it is in one."""
        return self._wifi and self._wifi.signal_dbm()

    def battery_mv(self):
        """None: these boards are wired for a supply that lasts."""
        return

    def holds_button(self):
        """See `boards`."""
        return not Pin(self.PINS["buttons"][0], Pin.IN, Pin.PULL_UP)()

    def attach(self, settings):
        """See `boards`."""
        lamp = self._lamp()
        buttons = Buttons([Pin(number, Pin.IN, Pin.PULL_UP) for number in self.PINS["buttons"]])
        others = [lamp.run(), buttons.run()]
        if settings.wifi is not None:
            others.append(self._join(*settings.wifi))
        return self._card_reader(), buttons, lamp, others

    def _card_reader(self):
        pins = self.PINS
        spi = SPI(
            pins["spi"],
            baudrate=_SPI_HZ,
            sck=Pin(pins["sck"]),
            mosi=Pin(pins["mosi"]),
            miso=Pin(pins["miso"]),
        )
        reset = None if pins["reset"] is None else _out(pins["reset"], 1)
        return Mfrc522(spi, _out(pins["chip_select"], 1), reset, _PAUSE_MS, stays_on=True)

    def _lamp(self):
        buzzer = PWM(_out(self.PINS["buzzer"], 0))

        def tone(hertz):
            if hertz:
                buzzer.freq(hertz)
            buzzer.duty_u16(_SOFTLY if hertz else 0)

        red, green, blue = [_out(self.PINS[colour], 0) for colour in ("red", "green", "blue")]
        return Lamp(red, green, blue, tone)

    def _join(self, ssid, password):
        """What keeps the board in its Wi-Fi; a board without one never loads it."""
        import network

        from luot_firmware.wifi import Wifi

        self._wifi = Wifi(network.WLAN(network.STA_IF), ssid, password)
        return self._wifi.run()


def _out(number, level):
    return Pin(number, Pin.OUT, value=level)
