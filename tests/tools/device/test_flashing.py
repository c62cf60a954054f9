"""MicroPython onto a board: images are checked first, then copied to a drive or given to esptool."""

import hashlib
import json
import struct
import sys
from pathlib import Path

import pytest

from controller.command_line import luot
from luot_controller.errors import UsageProblem
from luot_tools.device import flashing, images
from luot_tools.device.images import Image, ImageDamaged

RP2040, OTHER = 0xE48BFF56, 0x12345678


def uf2(blocks: int = 3, family: int = RP2040) -> bytes:
    """A UF2 file as the specification draws it."""
    return b"".join(
        struct.pack("<8I", 0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + 256 * at, 256, at, blocks, family)
        + bytes([at & 255]) * 476
        + struct.pack("<I", 0x0AB16F30)
        for at in range(blocks)
    )


def esp(chip: int) -> bytes:
    """The beginning of an ESP's image: magic number, and the chip's id at byte 12."""
    return bytes([0xE9, 3, 2, 0x20]) + bytes(8) + chip.to_bytes(2, "little") + bytes(1000)


def image_file(folder: Path, data: bytes, name: str = "image.bin") -> Path:
    """An image with its hash beside it."""
    path = folder / name
    path.write_bytes(data)
    path.with_name(name + ".sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    return path


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """What an RP2040 shows while BOOTSEL is held."""
    path = tmp_path / "RPI-RP2"
    path.mkdir()
    (path / "INFO_UF2.TXT").write_text("UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n")
    return path


@pytest.fixture
def esptool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that writes down how it was called; it fails as often as `esptool.fails` has lines."""
    path = tmp_path / "esptool"
    path.write_text(
        f"#!{sys.executable}\nimport json, pathlib, sys\nhere = pathlib.Path({str(tmp_path)!r})\n"
        "(here / 'called.json').write_text(json.dumps(sys.argv[1:]))\nprint('Chip is', 'fake')\n"
        "sys.exit((here / 'fails').exists())\n"
    )
    path.chmod(0o755)
    monkeypatch.setattr(flashing, "_esptool", lambda: [str(path)])
    return path


@pytest.mark.parametrize(
    ("data", "kind", "chip", "offset"),
    [
        (uf2(), "uf2", "RP2040", 0),
        (uf2(family=0xE48BFF59), "uf2", "RP2350", 0),
        (esp(0), "esp", "esp32", 0x1000),
        (esp(9), "esp", "esp32s3", 0),
        (esp(13), "esp", "esp32c6", 0),
    ],
)
def test_an_image_says_what_it_is_for(tmp_path: Path, data: bytes, kind: str, chip: str, offset: int) -> None:
    """The chip, and where in its flash the image begins, stand in the image."""
    path = image_file(tmp_path, data)
    assert Image(path, data, kind, chip, offset) == images.load(path, None)


BLOCK = 512
DAMAGED = {
    "cut": uf2()[:-1],
    "a block missing": uf2()[:BLOCK] + uf2()[2 * BLOCK :],
    "blocks swapped": uf2()[BLOCK : 2 * BLOCK] + uf2()[:BLOCK] + uf2()[2 * BLOCK :],
    "an end missing": uf2()[:508] + b"\0\0\0\0" + uf2()[BLOCK:],
    "two chips": uf2(2)[:BLOCK] + uf2(2, OTHER)[BLOCK:],
    "another chip": uf2(family=OTHER),
    "an unknown ESP": esp(999),
    "no image": b"<html>",
    "empty": b"",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_image_is_not_flashed(tmp_path: Path, data: bytes) -> None:
    """Even when its hash is right."""
    with pytest.raises(ImageDamaged):
        images.load(image_file(tmp_path, data), None)


def test_the_hash_is_checked(tmp_path: Path) -> None:
    """Given, or beside the file; without one nothing is flashed."""
    path = image_file(tmp_path, uf2())
    right = hashlib.sha256(uf2()).hexdigest()
    assert "RP2040" == images.load(path, right.upper()).chip
    with pytest.raises(ImageDamaged) as raised:
        images.load(path, "0" * 64)
    assert right in raised.value.subject
    beside = path.with_name(path.name + ".sha256")
    beside.write_text("none")
    with pytest.raises(UsageProblem):
        images.load(path, None)
    beside.unlink()
    with pytest.raises(UsageProblem) as asked:
        images.load(path, None)
    assert "--sha256" in asked.value.hint


def test_a_uf2_is_copied(tmp_path: Path, drive: Path) -> None:
    """To the drive of a board of its chip; the bytes are the image's."""
    path = image_file(tmp_path, uf2(700))
    said = luot("device", "flash", "--image", path, "--drive", drive)
    assert (0, f"{path} is on the RP2040 at {drive}\n", "") == said
    assert uf2(700) == (drive / "luot.uf2").read_bytes()


def test_a_dry_run_only_checks(tmp_path: Path, drive: Path) -> None:
    """The image is named, nothing is written."""
    said = luot("device", "flash", "--image", image_file(tmp_path, uf2()), "--drive", drive, "--dry-run")
    assert 0 == said.code
    assert "a good image for an RP2040, 1536 bytes" in said.out
    assert ["INFO_UF2.TXT"] == [path.name for path in drive.iterdir()]


def test_the_wrong_drive(tmp_path: Path, drive: Path) -> None:
    """A stick, or a board of another chip, is not written to."""
    path = image_file(tmp_path, uf2(family=0xE48BFF59))
    said = luot("device", "flash", "--image", path, "--drive", drive)
    assert (2, "") == (said.code, said.out)
    assert "is not the drive of an RP2350" in said.err
    assert ["INFO_UF2.TXT"] == [path.name for path in drive.iterdir()]


@pytest.mark.usefixtures("drive")
def test_the_drive_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where systems put it; none and several are errors that say what to do."""
    path = image_file(tmp_path, uf2())
    monkeypatch.setattr(flashing, "_DRIVE_ROOTS", (f"{tmp_path}/nothing/*",))
    assert "Hold BOOTSEL" in luot("device", "flash", "--image", path).err
    monkeypatch.setattr(flashing, "_DRIVE_ROOTS", (f"{tmp_path}/*",))
    assert (0, "") == ((said := luot("device", "flash", "--image", path)).code, said.err)
    second = tmp_path / "RPI-RP2-1"
    second.mkdir()
    (second / "INFO_UF2.TXT").write_text("Board-ID: RPI-RP2")
    assert "Choose with --drive." in luot("device", "flash", "--image", path).err


def test_a_full_drive(tmp_path: Path, drive: Path) -> None:
    """A copy that breaks off is an error, not a board that is thought to be done."""
    (drive / "luot.uf2").symlink_to("/dev/full")
    said = luot("device", "flash", "--image", image_file(tmp_path, uf2(200)), "--drive", drive)
    assert (1, "") == (said.code, said.out)
    assert "BOOTSEL" in said.err


def test_an_esp_is_flashed_by_esptool(tmp_path: Path, esptool: Path) -> None:
    """With chip, port and place; its talk is talk."""
    path = image_file(tmp_path, esp(0))
    said = luot("device", "flash", "--image", path, "--port", "/dev/ttyUSB0")
    assert (0, f"{path} is on the esp32 at /dev/ttyUSB0\n") == (said.code, said.out)
    assert [
        *("--chip", "esp32", "--port", "/dev/ttyUSB0", "--baud", "460800"),
        *("write-flash", "0x1000", str(path)),
    ] == json.loads((esptool.parent / "called.json").read_text())


def test_esptool_that_fails(tmp_path: Path, esptool: Path) -> None:
    """What to do with the buttons is said."""
    (esptool.parent / "fails").touch()
    said = luot("device", "flash", "--image", image_file(tmp_path, esp(9)), "--port", "/dev/ttyUSB0")
    assert (1, "") == (said.code, said.out)
    assert "Hold BOOT" in said.err


def test_an_esp_without_a_port(tmp_path: Path, esptool: Path) -> None:
    """Nothing is guessed where flash is at stake."""
    said = luot("device", "flash", "--image", image_file(tmp_path, esp(9)))
    assert (2, "", False) == (said.code, said.out, (esptool.parent / "called.json").exists())
    assert "--port" in said.err


def test_no_esptool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of Luot: how to get it is said."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    said = luot("device", "flash", "--image", image_file(tmp_path, esp(9)), "--port", "/dev/ttyUSB0")
    assert (1, "") == (said.code, said.out)
    assert "pip install esptool" in said.err
