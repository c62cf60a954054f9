"""Keeps a board in its Wi-Fi network. Never waits in a call: taps go on being read while there is none."""

import asyncio

TRIES_EVERY_S = 15
"""A radio looks for its network that long before it is started anew."""

_LOOK_S = 1


class Wifi:
    """wlan: a network.WLAN of a station."""

    def __init__(self, wlan, ssid, password):
        self._wlan = wlan
        self._ssid = ssid
        self._password = password

    def signal_dbm(self):
        """Of the access point, None while there is none."""
        try:
            return self._wlan.status("rssi") if self._wlan.isconnected() else None
        except (OSError, ValueError):
            return None

    async def run(self):
        """Join the network, again whenever it is lost, for ever."""
        while True:
            if not self._wlan.isconnected():
                self._join()
                for _ in range(TRIES_EVERY_S):
                    await asyncio.sleep(_LOOK_S)
                    if self._wlan.isconnected():
                        break
            await asyncio.sleep(_LOOK_S)

    def _join(self):
        """From the start: a radio that gave up, or hangs, takes no other order."""
        try:
            self._wlan.active(False)
            self._wlan.active(True)
            self._wlan.connect(self._ssid, self._password)
        except OSError as error:
            print("wifi:", error)
