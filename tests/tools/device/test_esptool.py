"""The real esptool, called as the technician's command calls it, and a stand-in for the loader in an ESP's ROM."""

import subprocess
import sys
from pathlib import Path

import pytest
from rom_loader import FLASH_BYTES, RomLoader
from test_flashing import DAMAGED, bundle, esp, image_file, uf2

from controller.command_line import luot
from luot_tools.device import images
from luot_tools.device.images import ImageDamaged

pytestmark = pytest.mark.real

ESPTOOL = Path(sys.executable).with_name("esptool")
IMAGES = {chip: esp(chip) for chip in (0, 2, 5, 9, 12, 13, 16, 18, 23)}


@pytest.mark.parametrize("data", [*IMAGES.values(), *DAMAGED.values()], ids=[*map(str, IMAGES), *DAMAGED])
def test_we_judge_an_image_as_esptool_does(tmp_path: Path, data: bytes) -> None:
    """What is good for us, and the chip it is for, is so for esptool's own inspection; so is what is bad."""
    path = image_file(tmp_path, data)
    done = subprocess.run([ESPTOOL, "image-info", path], capture_output=True, text=True, timeout=60, check=False)
    is_good = done.returncode == 0 and "invalid" not in done.stdout
    try:
        (found,) = images.load(path, None)
    except ImageDamaged:
        assert not is_good, done.stdout
    else:
        assert is_good, done.stdout
        assert f"Detected image type: {found.chip}" in done.stdout.replace("-", "").lower().replace("d", "D", 1)


@pytest.mark.parametrize(("chip", "chip_id", "at"), [("esp32", 0, 0x1000), ("esp32s3", 9, 0)])
def test_an_esp_is_flashed(tmp_path: Path, chip: str, chip_id: int, at: int) -> None:
    """The image is where its chip starts from, nothing is elsewhere; of a bundle, it is the one for the chip."""
    folder = bundle(tmp_path / "bundle", one_bin=esp(0), three_bin=esp(9), pico_uf2=uf2())
    name, data = {0: "one.bin", 9: "three.bin"}[chip_id], esp(chip_id)
    with RomLoader(chip) as loader:
        said = luot("device", "flash", "--image", folder, "--port", loader.address)
    assert (0, f"{folder / name} is on the {chip} at {loader.address}\n") == (said.code, said.out)
    assert bytes(FLASH_BYTES - len(data)) == bytes(
        255 - byte for byte in loader.flash[:at] + loader.flash[at + len(data) :]
    )
    assert data == loader.flash[at : at + len(data)]


def test_the_image_of_another_chip_is_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    path = image_file(tmp_path, esp(0))
    with RomLoader("esp32s3") as loader:
        said = luot("device", "flash", "--image", path, "--port", loader.address)
    assert (2, "") == (said.code, said.out)
    assert f"the board at {loader.address} is an esp32s3, and there is no image for one, only for: esp32" in said.err
    assert {0xFF} == set(loader.flash)


def test_a_cable_that_is_pulled(tmp_path: Path) -> None:
    """In the middle of writing: an error that says what to do; the same command again brings it to its end."""
    path = image_file(tmp_path, esp(9))
    with RomLoader("esp32s3", cut_after=0) as loader:
        said = luot("device", "flash", "--image", path, "--port", loader.address)
        assert (1, "") == (said.code, said.out)
        assert "Hold BOOT" in said.err
        loader.mend()
        assert 0 == luot("device", "flash", "--image", path, "--port", loader.address).code
    assert esp(9) == loader.flash[: len(esp(9))]


def test_a_chip_that_is_not_in_its_loader(tmp_path: Path) -> None:
    """It never answers; how it is brought to is said."""
    with RomLoader(None) as loader:
        said = luot("device", "flash", "--image", image_file(tmp_path, esp(9)), "--port", loader.address)
    assert (1, "") == (said.code, said.out)
    assert f"no ESP32 answers at {loader.address}" in said.err
    assert "Hold BOOT" in said.err


def test_an_esp_without_a_port(tmp_path: Path) -> None:
    """Nothing is guessed where flash is at stake."""
    said = luot("device", "flash", "--image", image_file(tmp_path, esp(9)))
    assert (2, "") == (said.code, said.out)
    assert "--port" in said.err
