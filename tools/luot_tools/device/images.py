"""MicroPython images: read, checked against their SHA-256 and their own format. Flashes nothing.

Sources: Microsoft's UF2 specification; Espressif's "Firmware Image Format" (esptool documentation).
"""

import hashlib
import re
import struct
from pathlib import Path
from typing import NamedTuple

from luot_controller.errors import LuotError, UsageProblem

UF2, ESP = "uf2", "esp"

_UF2_BLOCK_BYTES = 512
_UF2_DATA_BYTES = 476
_UF2_MAGIC = (0x0A324655, 0x9E5D5157)
_UF2_END = 0x0AB16F30
_UF2_HAS_FAMILY = 0x2000
_UF2_FAMILIES = {0xE48BFF56: "RP2040", 0xE48BFF59: "RP2350", 0xE48BFF57: "RP2350"}

_ESP_MAGIC = 0xE9
_ESP_CHIP_AT = 12
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


def load(path: Path, sha256: str | None) -> Image:
    """Read an image; its hash is `sha256` or stands in PATH.sha256. Raises UsageProblem without one, ImageDamaged."""
    data = path.read_bytes()
    wanted = (sha256 or _beside(path)).lower()
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        raise ImageDamaged(f"{path} has the SHA-256 {found}, not {wanted}", "Get the file again: nothing was flashed.")
    return _uf2(path, data) if data[:4] == struct.pack("<I", _UF2_MAGIC[0]) else _esp(path, data)


def _beside(path: Path) -> str:
    file = path.with_name(path.name + ".sha256")
    try:
        found = re.match(r"[0-9a-fA-F]{64}\b", file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageProblem(
            f"nothing says what {path} should be", f"Give its hash with --sha256, or put it into {file}."
        ) from None
    if found is None:
        raise UsageProblem(f"{file} holds no SHA-256", "It begins with 64 hex digits, as sha256sum writes them.")
    return found[0]


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
    if len(data) > _ESP_CHIP_AT + 2 and data[0] == _ESP_MAGIC:
        known = _ESP_CHIPS.get(int.from_bytes(data[_ESP_CHIP_AT : _ESP_CHIP_AT + 2], "little"))
        if known is not None:
            return Image(path, data, ESP, *known)
    raise ImageDamaged(
        f"{path} is no image that a board here takes",
        "An ESP32 takes a .bin that holds its boot loader, an RP2040 a .uf2.",
    )
