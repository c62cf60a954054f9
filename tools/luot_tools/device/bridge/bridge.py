"""All cables of this machine: looks for ports that are plugged in, and gives each its own. Carries nothing itself."""

from collections.abc import Callable, Iterable, Sequence

from luot_tools.device.bridge.cable import Cable
from luot_tools.device.bridge.office import Office
from luot_tools.device.bridge.row import Row
from luot_tools.serial.port import Port

_JOIN_S = 3.0


class Bridge:
    """At the `named` ports; without any, at all that `finds()` has, whenever look() is called."""

    def __init__(
        self,
        office: Office,
        named: Sequence[str],
        *,
        opens: Callable[[str], Port],
        finds: Callable[[], Iterable[str]],
    ) -> None:
        self._office = office
        self._named = tuple(dict.fromkeys(named))
        self._opens = opens
        self._finds = finds
        self._cables: dict[str, Cable] = {}

    def look(self) -> None:
        """Take up the ports that are new, and forget those that are no more."""
        self._cables = {address: cable for address, cable in self._cables.items() if not cable.is_over}
        for address in self._named or self._finds():
            if address not in self._cables:
                cable = Cable(address, self._office, self._opens, may_vanish=not self._named)
                self._cables[address] = cable
                cable.start()

    def rows(self) -> list[Row]:
        """How each port is."""
        return [cable.row for cable in self._cables.values()]

    def stop(self) -> None:
        """End all of them; the office is told that their readers are lost."""
        for cable in self._cables.values():
            cable.stop()
        for cable in self._cables.values():
            cable.join(_JOIN_S)
