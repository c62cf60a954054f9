"""Puts a checked image on a board: by esptool, or by a copy to the drive of an RP2040. Checks no image.

esptool is never imported: its licence is GPL-2.0-or-later, and it is run as anybody may run it.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from luot_controller.errors import LuotError, TimedOut, UsageProblem
from luot_tools.device.files import Progress
from luot_tools.device.images import ESP, Image

DRIVE_MARK = "INFO_UF2.TXT"
FLASH_BAUD = 460_800

_DRIVE_ROOTS = ("/media/*/*", "/run/media/*/*", "/media/*", "/Volumes/*", "/mnt/*")
_DRIVE_BOARDS = {"RP2040": ("RPI-RP2",), "RP2350": ("RP2350",)}
_PIECE_BYTES = 65_536
_ESPTOOL_WITHIN_S = 300.0
_STDERR = 2
_LOOK_AGAIN_S = 0.2


class FlashFailed(LuotError):
    """Raised when an image could not be put on a board; the board may be flashed again."""

    code = "flash.failed"


def flash(image: Image, port: str | None, drive: Path | None, progress: Progress, wait_s: float = 0.0) -> str:
    """Put it on; returns in a few words where. `port` for an ESP, `drive` for an RP2040, else it is looked for."""
    if image.kind == ESP:
        if port is None:
            raise UsageProblem(f"{image.path} is for an {image.chip}", "Name the port that it is at with --port.")
        esptool(image, port)
        return f"{image.chip} at {port}"
    place = drive or find_drive(image.chip, wait_s)
    copy(image, place, progress)
    return f"{image.chip} at {place}"


def esptool(image: Image, port: str) -> None:
    """Have esptool write it, which compares the flash's hash itself; its talk goes to our stderr."""
    command = [
        *_esptool(),
        *("--chip", image.chip, "--port", port, "--baud", str(FLASH_BAUD)),
        *("write-flash", hex(image.offset), str(image.path)),
    ]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=_STDERR, timeout=_ESPTOOL_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        raise TimedOut(f"esptool was not done in {_ESPTOOL_WITHIN_S:g} s", "Pull the cable and try again.") from None
    if done.returncode:
        raise FlashFailed(
            f"esptool ended with exit code {done.returncode}",
            "Hold BOOT, press RESET, let go of BOOT, and try again: then the chip waits for it.",
        )


def find_drive(chip: str, wait_s: float) -> Path:
    """The drive as which a board of this chip shows itself while BOOTSEL is held; waits so long for it."""
    until = time.monotonic() + wait_s
    while True:
        found = [mark.parent for root in _DRIVE_ROOTS for mark in _glob(f"{root}/{DRIVE_MARK}") if _is(mark, chip)]
        if len(set(found)) == 1:
            return found[0]
        if found:
            raise UsageProblem(
                f"there are several boards to flash: {', '.join(map(str, found))}", "Choose with --drive."
            )
        if time.monotonic() >= until:
            raise UsageProblem(
                f"no {chip} waits for an image",
                "Hold BOOTSEL while you plug it in; if its drive is somewhere else, name it with --drive.",
            )
        time.sleep(_LOOK_AGAIN_S)


def copy(image: Image, drive: Path, progress: Progress) -> None:
    """Copy a UF2 file to the board's drive; the board takes it and starts by itself."""
    if not _is(drive / DRIVE_MARK, image.chip):
        raise UsageProblem(f"{drive} is not the drive of an {image.chip}", "Hold BOOTSEL while you plug the board in.")
    done = 0
    try:
        with (drive / "luot.uf2").open("wb", buffering=0) as file:
            while done < len(image.data):
                done += file.write(image.data[done : done + _PIECE_BYTES])
                progress(image.path.name, done, len(image.data))
            os.fsync(file.fileno())
    except OSError as error:
        # The board restarts with the last block: what fails after it is only that the drive has gone.
        if done < len(image.data):
            raise FlashFailed(f"{drive}: {error.strerror}", "Plug the board in again with BOOTSEL held.") from None


def wait_until(is_so: Callable[[], bool], wait_s: float) -> bool:
    """True as soon as it is, False when it is not in that time."""
    until = time.monotonic() + wait_s
    while not is_so():
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK_AGAIN_S)
    return True


def _esptool() -> Sequence[str]:
    beside = Path(sys.executable).with_name("esptool")
    found = str(beside) if beside.exists() else shutil.which("esptool")
    if found is None:
        raise LuotError("there is no esptool here, which writes to an ESP32", "Install it: pip install esptool")
    return [found]


def _glob(pattern: str) -> list[Path]:
    return sorted(Path("/").glob(pattern.lstrip("/")))


def _is(mark: Path, chip: str) -> bool:
    try:
        text = mark.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return any(f"Board-ID: {name}" in text for name in _DRIVE_BOARDS[chip])
