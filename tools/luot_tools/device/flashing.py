"""Puts a checked image on a board: by esptool, or by a copy to the drive of an RP2040. Checks no image.

esptool is never imported: its licence is GPL-2.0-or-later, and it is run as anybody may run it.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from luot_controller.errors import LuotError, TimedOut, UsageProblem
from luot_tools.device import images
from luot_tools.device.files import Progress
from luot_tools.device.images import ESP, UF2, Image

DRIVE_MARK = "INFO_UF2.TXT"
FLASH_BAUD = 460_800

_DRIVE_ROOTS = ("/media/*/*", "/run/media/*/*", "/media/*", "/Volumes/*", "/mnt/*")
_DRIVE_BOARDS = {"RP2040": "RPI-RP2", "RP2350": "RP2350"}
_PIECE_BYTES = 65_536
_ESPTOOL_WITHIN_S = 300.0
_STDERR = 2
_LOOK_AGAIN_S = 0.2
_HOLD_BOOT = "Hold BOOT, press RESET, let go of BOOT, and try again: then the chip waits for it."


class FlashFailed(LuotError):
    """Raised when an image could not be put on a board; the board may be flashed again."""

    code = "flash.failed"


def flash(
    found: Sequence[Image], port: str | None, drive: Path | None, progress: Progress, wait_s: float = 0.0
) -> tuple[Image, str]:
    """Put the one on that is for the board's chip; returns which, and where in a few words.

    `port` is that of an ESP; `drive` of an RP2040, which is looked for without it. Raises UsageProblem, FlashFailed.
    """
    if port is not None and any(image.kind == ESP for image in found):
        image = images.for_chip(found, esp_chip(port), f"the board at {port}")
        esptool(image, port)
        return image, f"{image.chip} at {port}"
    chips = {image.chip for image in found if image.kind == UF2}
    if not chips:
        raise UsageProblem(f"{found[0].path} is for an {found[0].chip}", "Name the port that it is at with --port.")
    place = drive or find_drive(chips, wait_s)
    if not _drive_chip(place):
        raise UsageProblem(f"{place} is not the drive of a board", "Hold BOOTSEL while you plug the board in.")
    image = images.for_chip(found, _drive_chip(place), f"the board at {place}")
    copy(image, place, progress)
    return image, f"{image.chip} at {place}"


def esp_chip(port: str) -> str:
    """Which ESP is at `port`, as esptool finds out; it stays in its loader."""
    said, code = _run([*_esptool(), "--port", port, "--after", "no-reset", "--no-stub", "read-mac"], subprocess.PIPE)
    known = re.search(r"^Connected to (ESP32(?:-\w+)?) on ", said, re.MULTILINE)
    if code or known is None:
        why = said.strip().rpartition("\n")[2].partition("occurred: ")[2]
        raise FlashFailed(f"no ESP32 answers at {port}{f': {why}' if why else ''}", _HOLD_BOOT)
    return known[1].lower().replace("-", "")


def esptool(image: Image, port: str) -> None:
    """Have esptool write it, which compares the flash's hash itself; its talk goes to our stderr."""
    _, code = _run(
        [
            *_esptool(),
            *("--chip", image.chip, "--port", port, "--baud", str(FLASH_BAUD)),
            *("write-flash", hex(image.offset), str(image.path)),
        ],
        _STDERR,
    )
    if code:
        raise FlashFailed(f"esptool ended with exit code {code}", _HOLD_BOOT)


def find_drive(chips: Collection[str], wait_s: float) -> Path:
    """The drive as which a board of these chips shows itself while BOOTSEL is held; waits so long for it."""
    until = time.monotonic() + wait_s
    while True:
        found = drives(chips)
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageProblem(
                f"there are several boards to flash: {', '.join(map(str, found))}", "Choose with --drive."
            )
        if time.monotonic() >= until:
            raise UsageProblem(
                f"no {' or '.join(sorted(chips))} waits for an image",
                "Hold BOOTSEL while you plug it in; if its drive is somewhere else, name it with --drive.",
            )
        time.sleep(_LOOK_AGAIN_S)


def drives(chips: Collection[str]) -> list[Path]:
    """The drives of all boards of these chips that wait for an image."""
    marks = {mark for root in _DRIVE_ROOTS for mark in _glob(f"{root}/{DRIVE_MARK}")}
    return sorted(mark.parent for mark in marks if _drive_chip(mark.parent) in chips)


def copy(image: Image, drive: Path, progress: Progress) -> None:
    """Copy a UF2 file to the board's drive; the board takes it and starts by itself."""
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


def _drive_chip(drive: Path) -> str:
    """Whose drive it is; "" for one that is no board's."""
    try:
        text = (drive / DRIVE_MARK).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return next((chip for chip, name in _DRIVE_BOARDS.items() if f"Board-ID: {name}" in text), "")


def _run(command: Sequence[str], out: int) -> tuple[str, int]:
    """What it said, where `out` is a pipe, and its exit code."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out == subprocess.PIPE else None,
            text=True,
            timeout=_ESPTOOL_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TimedOut(f"esptool was not done in {_ESPTOOL_WITHIN_S:g} s", "Pull the cable and try again.") from None
    return done.stdout or "", done.returncode
