"""A board joins its network, again whenever it is lost, and stops nothing while there is none."""

import asyncio

from luot_firmware import wifi

ALSO_ON_MICROPYTHON = True


class FakeWlan:
    """A radio which does what the script says at each look: True, connected. It ends the test with the last of it."""

    def __init__(self, *script, joins=True):
        self.script = list(script)
        self.joins = joins
        self.orders = []
        self.is_on = False

    def active(self, is_on):
        self.is_on = is_on
        self.orders.append("on" if is_on else "off")

    def connect(self, ssid, password):
        self.orders.append((ssid, password))
        if not self.joins:
            raise OSError(1)

    def isconnected(self):
        if not self.script:
            raise asyncio.CancelledError
        return self.script.pop(0)

    def status(self, what):
        assert what == "rssi"
        if not self.is_on:
            raise OSError(1)
        return -61


def orders(wlan):
    """What the radio was told until the script was at its end; a second passes at once."""

    class Hasty:
        @staticmethod
        async def sleep(_s):
            pass

    whole, wifi.asyncio = wifi.asyncio, Hasty
    try:
        asyncio.run(wifi.Wifi(wlan, "name", "secret").run())
    except asyncio.CancelledError:
        pass
    finally:
        wifi.asyncio = whole
    return wlan.orders


JOIN = ["off", "on", ("name", "secret")]


def test_it_joins():
    """Once, when it is not in its network."""
    assert JOIN == orders(FakeWlan(False, False, True, True, True))


def test_it_stays():
    """A radio that is connected is told nothing."""
    assert [] == orders(FakeWlan(True, True))


def test_it_joins_again():
    """When the network was lost."""
    assert JOIN + JOIN == orders(FakeWlan(False, True, True, False, True, True))


def test_a_radio_that_finds_nothing_is_started_anew():
    """After TRIES_EVERY_S looks."""
    silent = [False] * (2 * (1 + wifi.TRIES_EVERY_S))
    assert JOIN + JOIN == orders(FakeWlan(*silent))


def test_a_radio_that_refuses_stops_nothing():
    """It is tried again."""
    assert JOIN == orders(FakeWlan(False, True, joins=False))


def test_the_signal():
    """Of the access point; None without one, and when the radio cannot say."""
    assert [None, None] == [
        wifi.Wifi(FakeWlan(False), "", "").signal_dbm(),
        wifi.Wifi(FakeWlan(True), "", "").signal_dbm(),
    ]
    near = FakeWlan(True)
    near.active(True)
    assert -61 == wifi.Wifi(near, "", "").signal_dbm()
