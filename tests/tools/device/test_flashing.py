"""MicroPython onto a board: images are checked first, then copied to a drive or given to esptool."""

import hashlib
import struct
import sys
from functools import reduce
from operator import xor
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


def esp(
    chip: int, segments: tuple[bytes, ...] = (bytes(range(256)) * 9, b"text " * 3000), hashed: bool = True
) -> bytes:
    """An ESP's image as Espressif draws it: 24 bytes of head, segments, their checksum, and a hash of it all."""
    image = struct.pack("<4BI", 0xE9, len(segments), 2, 0x20, 0x40080400)
    image += struct.pack("<4BHBHH4xB", 0xEE, 0, 0, 0, chip, 0, 0, 0xFFFF, hashed)
    for at, segment in zip((0x3FFE8000, 0x40080400), segments, strict=False):
        image += struct.pack("<II", at, len(segment)) + segment
    image += bytes(15 - len(image) % 16) + bytes([reduce(xor, b"".join(segments), 0xEF)])
    return image + hashlib.sha256(image).digest() if hashed else image


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


@pytest.mark.parametrize(
    ("data", "kind", "chip", "offset"),
    [
        (uf2(), "uf2", "RP2040", 0),
        (uf2(family=0xE48BFF59), "uf2", "RP2350", 0),
        (esp(0), "esp", "esp32", 0x1000),
        (esp(9), "esp", "esp32s3", 0),
        (esp(13), "esp", "esp32c6", 0),
        (esp(9, hashed=False), "esp", "esp32s3", 0),
        (esp(9) + bytes(5000), "esp", "esp32s3", 0),
    ],
)
def test_an_image_says_what_it_is_for(tmp_path: Path, data: bytes, kind: str, chip: str, offset: int) -> None:
    """The chip, and where in its flash the image begins, stand in the image."""
    path = image_file(tmp_path, data)
    assert [Image(path, data, kind, chip, offset)] == images.load(path, None)


BLOCK = 512
DAMAGED = {
    "cut": uf2()[:-1],
    "a block missing": uf2()[:BLOCK] + uf2()[2 * BLOCK :],
    "blocks swapped": uf2()[BLOCK : 2 * BLOCK] + uf2()[:BLOCK] + uf2()[2 * BLOCK :],
    "an end missing": uf2()[:508] + b"\0\0\0\0" + uf2()[BLOCK:],
    "two chips": uf2(2)[:BLOCK] + uf2(2, OTHER)[BLOCK:],
    "another chip": uf2(family=OTHER),
    "an unknown ESP": esp(999),
    "a cut ESP": esp(0)[:2000],
    "an ESP without its end": esp(0)[:-33],
    "a changed ESP": esp(0)[:1000] + b"!" + esp(0)[1001:],
    "a changed hash": esp(0)[:-1] + b"!",
    "a changed head": esp(0)[:4] + b"!" + esp(0)[5:],
    "a head alone": esp(0)[:24],
    "no image": b"<html>",
    "empty": b"",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_no_image_is_not_flashed(tmp_path: Path, data: bytes) -> None:
    """Even when its hash is right."""
    with pytest.raises(ImageDamaged):
        images.load(image_file(tmp_path, data), None)


def bundle(folder: Path, **files: bytes) -> Path:
    """A folder of images, and what sha256sum says of them."""
    folder.mkdir()
    names = {name.replace("_", "."): data for name, data in files.items()}
    for name, data in names.items():
        (folder / name).write_bytes(data)
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in names.items())
    (folder / "SHA256SUMS").write_text("".join(sums))
    return folder


def test_a_bundle_is_checked_whole(tmp_path: Path) -> None:
    """Each image of it, whichever will be chosen; one that no line names, or that is another, ends it."""
    folder = bundle(tmp_path / "bundle", pico_uf2=uf2(), s3_bin=esp(9))
    (folder / "README.txt").write_text("no image")
    assert [("RP2040", "pico.uf2"), ("esp32s3", "s3.bin")] == [
        (image.chip, image.path.name) for image in images.load(folder, None)
    ]
    (folder / "c3.bin").write_bytes(esp(5))
    with pytest.raises(UsageProblem, match=r"SHA256SUMS holds no SHA-256 of c3\.bin"):
        images.load(folder, None)
    (folder / "c3.bin").unlink()
    (folder / "s3.bin").write_bytes(esp(5))
    with pytest.raises(ImageDamaged):
        images.load(folder, None)


def test_a_bundle_without_an_image(tmp_path: Path) -> None:
    """A folder of other things, or with one hash for all of it, is no bundle."""
    folder = bundle(tmp_path / "bundle")
    with pytest.raises(UsageProblem, match="there is no image in"):
        images.load(folder, None)
    with pytest.raises(UsageProblem, match="which has no hash"):
        images.load(folder, "0" * 64)


def test_the_image_for_the_board_is_chosen(tmp_path: Path, drive: Path) -> None:
    """Of a bundle, by the chip; where two are for it, the technician chooses."""
    folder = bundle(tmp_path / "bundle", pico_uf2=uf2(), pico2_uf2=uf2(family=0xE48BFF59), s3_bin=esp(9))
    said = luot("device", "flash", "--image", folder, "--drive", drive)
    assert (0, f"{folder / 'pico.uf2'} is on the RP2040 at {drive}\n", "") == said
    assert uf2() == (drive / "luot.uf2").read_bytes()
    (folder / "big.uf2").write_bytes(uf2())
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{hashlib.sha256(uf2()).hexdigest()} *big.uf2\n")
    said = luot("device", "flash", "--image", folder, "--drive", drive)
    assert (2, "") == (said.code, said.out)
    assert "there are 2 images for an RP2040: big.uf2, pico.uf2" in said.err


def test_the_hash_is_checked(tmp_path: Path) -> None:
    """Given, or beside the file; without one nothing is flashed."""
    path = image_file(tmp_path, uf2())
    right = hashlib.sha256(uf2()).hexdigest()
    assert ["RP2040"] == [image.chip for image in images.load(path, right.upper())]
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
    assert "a good image for an RP2040, 1536 bytes\nnothing was flashed" in said.out
    assert ["INFO_UF2.TXT"] == [path.name for path in drive.iterdir()]


def test_the_wrong_drive(tmp_path: Path, drive: Path) -> None:
    """A stick, or a board of another chip, is not written to."""
    path = image_file(tmp_path, uf2(family=0xE48BFF59))
    said = luot("device", "flash", "--image", path, "--drive", drive)
    assert (2, "") == (said.code, said.out)
    assert f"the board at {drive} is an RP2040, and there is no image for one, only for: RP2350" in said.err
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


def test_no_esptool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of Luot: how to get it is said."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    said = luot("device", "flash", "--image", image_file(tmp_path, esp(9)), "--port", "/dev/ttyUSB0")
    assert (1, "") == (said.code, said.out)
    assert "pip install esptool" in said.err
