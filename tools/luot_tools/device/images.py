"""MicroPython images: read, checked against their SHA-256 and their own format. Flashes nothing.

Sources: Microsoft's UF2 specification; Espressif's "Firmware Image Format" (esptool documentation).
"""

import hashlib
import re
import struct
from collections.abc import Sequence
from functools import reduce
from operator import xor
from pathlib import Path
from typing import NamedTuple

from luot_controller.errors import LuotError, UsageProblem

UF2, ESP = "uf2", "esp"

_SUFFIXES = (".uf2", ".bin")
_SUMS = "SHA256SUMS"

_UF2_BLOCK_BYTES = 512
_UF2_DATA_BYTES = 476
_UF2_MAGIC = (0x0A324655, 0x9E5D5157)
_UF2_END = 0x0AB16F30
_UF2_HAS_FAMILY = 0x2000
_UF2_FAMILIES = {0xE48BFF56: "RP2040", 0xE48BFF59: "RP2350", 0xE48BFF57: "RP2350"}

_ESP_MAGIC = 0xE9
_ESP_CHIP_AT = 12
_ESP_HASH_FLAG_AT = 23
_ESP_HEAD_BYTES = 24
_ESP_SEED = 0xEF
_ESP_ALIGNED = 16
_HASH_BYTES = 32
_ESP_CHIPS = {
    0: ("esp32", 0x1000),
    2: ("esp32s2", 0x1000),
    5: ("esp32c3", 0),
    9: ("esp32s3", 0),
    12: ("esp32c2", 0),
    13: ("esp32c6", 0),
    16: ("esp32h2", 0),
    18: ("esp32p4", 0x2000),
    23: ("esp32c5", 0x2000),
}
"""Chip id of the boot loader's header: the chip, and where in flash its boot loader begins."""


class ImageDamaged(LuotError):
    """Raised for an image that is not the one whose hash was given, or is none at all."""

    code = "image.damaged"


class Image(NamedTuple):
    """A checked image; kind is UF2 or ESP, offset its place in an ESP's flash."""

    path: Path
    data: bytes
    kind: str
    chip: str
    offset: int = 0


def load(path: Path, sha256: str | None) -> list[Image]:
    """Read an image, or all those of a bundle, a folder of images for several chips.

    Its hash is `sha256`, or stands in PATH.sha256 or in SHA256SUMS beside it. Raises UsageProblem without one, or
    without an image; ImageDamaged.
    """
    if not path.is_dir():
        return [_load(path, sha256)]
    if sha256 is not None:
        raise UsageProblem(f"{path} is a folder, which has no hash", f"Put the hash of each image into {path / _SUMS}.")
    found = [_load(file, None) for file in sorted(path.iterdir()) if file.suffix in _SUFFIXES]
    if not found:
        raise UsageProblem(f"there is no image in {path}", f"Images end in {' or '.join(_SUFFIXES)}.")
    return found


def for_chip(found: Sequence[Image], chip: str, where: str) -> Image:
    """The image for `chip`, which is `where`; raises UsageProblem where there is none, or more than one."""
    fit = [image for image in found if image.chip == chip]
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise UsageProblem(
            f"there are {len(fit)} images for an {chip}: {', '.join(image.path.name for image in fit)}",
            "Choose one with --image FILE: boards of one chip differ in their memory.",
        )
    chips = ", ".join(sorted({image.chip for image in found}))
    raise UsageProblem(
        f"{where} is an {chip}, and there is no image for one, only for: {chips}",
        "Nothing was flashed. Get one for it.",
    )


def _load(path: Path, sha256: str | None) -> Image:
    data = path.read_bytes()
    wanted = (sha256 or _beside(path)).lower()
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        raise ImageDamaged(f"{path} has the SHA-256 {found}, not {wanted}", "Get the file again: nothing was flashed.")
    return _uf2(path, data) if data[:4] == struct.pack("<I", _UF2_MAGIC[0]) else _esp(path, data)


def _beside(path: Path) -> str:
    file, sums = path.with_name(path.name + ".sha256"), path.with_name(_SUMS)
    if file.exists():
        found = re.match(r"([0-9a-fA-F]{64})\b", file.read_text(encoding="utf-8"))
    elif sums.exists():
        line = rf"^([0-9a-fA-F]{{64}}) [ *]{re.escape(path.name)}$"
        found = re.search(line, sums.read_text(encoding="utf-8"), re.MULTILINE)
        file = sums
    else:
        raise UsageProblem(
            f"nothing says what {path} should be", f"Give its hash with --sha256, or put it into {file}."
        )
    if found is None:
        raise UsageProblem(
            f"{file} holds no SHA-256 of {path.name}",
            "Its lines are 64 hex digits and a name, as sha256sum writes them.",
        )
    return found[1]


def _uf2(path: Path, data: bytes) -> Image:
    count, rest = divmod(len(data), _UF2_BLOCK_BYTES)
    families = set()
    for number in range(count):
        block = data[number * _UF2_BLOCK_BYTES :][:_UF2_BLOCK_BYTES]
        *magic, flags, _, size, at, whole, family = struct.unpack_from("<8I", block)
        is_good = tuple(magic) == _UF2_MAGIC and struct.unpack_from("<I", block, 508) == (_UF2_END,)
        if not is_good or (at, whole) != (number, count) or size > _UF2_DATA_BYTES:
            raise ImageDamaged(f"{path}: block {number} of this UF2 file is damaged", "Get the file again.")
        families.add(family if flags & _UF2_HAS_FAMILY else 0)
    if rest or len(families) != 1:
        raise ImageDamaged(f"{path} is a UF2 file that is cut or mixed", "Get the file again.")
    chip = _UF2_FAMILIES.get(families.pop())
    if chip is None:
        raise ImageDamaged(f"{path} is for another chip than an RP2040 or RP2350", "Get MicroPython for this board.")
    return Image(path, data, UF2, chip)


def _esp(path: Path, data: bytes) -> Image:
    chip_id = int.from_bytes(data[_ESP_CHIP_AT : _ESP_CHIP_AT + 2], "little")
    if len(data) < _ESP_HEAD_BYTES or data[0] != _ESP_MAGIC or chip_id not in _ESP_CHIPS:
        raise ImageDamaged(
            f"{path} is no image that a board here takes",
            "An ESP32 takes a .bin that holds its boot loader, an RP2040 a .uf2.",
        )
    if not _is_whole(data):
        raise ImageDamaged(f"{path}: the boot loader in this image is damaged", "Get the file again.")
    return Image(path, data, ESP, *_ESP_CHIPS[chip_id])


def _is_whole(data: bytes) -> bool:
    """Whether the segments of an ESP's first image are there, with their checksum, and their hash where it has one."""
    at, found = _ESP_HEAD_BYTES, _ESP_SEED
    for _ in range(data[1]):
        segment = data[at + 8 :][: int.from_bytes(data[at + 4 : at + 8], "little")]
        found = reduce(xor, segment, found)
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    at += _ESP_ALIGNED - 1 - at % _ESP_ALIGNED
    if data[at : at + 1] != bytes([found]):
        return False
    return not data[_ESP_HASH_FLAG_AT] or data[at + 1 :][:_HASH_BYTES] == hashlib.sha256(data[: at + 1]).digest()
