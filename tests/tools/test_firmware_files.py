"""What a board carries: one rule, the same bytes each time, and nothing that only a PC has."""

import subprocess
import sys
from pathlib import Path

import pytest

from luot_controller.errors import LuotError
from luot_tools import firmware


@pytest.fixture(scope="module")
def carried() -> dict[str, bytes]:
    return firmware.compiled("rp2")


def test_a_board_carries_no_model(carried: dict[str, bytes]) -> None:
    """Bytecode of firmware and protocol, the words of both languages, and source where a board takes nothing else."""
    words = [f"luot_firmware/words_{language}.txt" for language in ("en", "vi")]
    assert ["boot.py", *words, "main.py"] == sorted(name for name in carried if not name.endswith(".mpy"))
    assert {"boards", "luot_firmware", "luot_protocol"} == {name.split("/")[0] for name in carried if "/" in name}
    assert ["boards/__init__.mpy", "boards/here.mpy", "boards/pins.mpy", "boards/rp2.mpy"] == [
        name for name in carried if name.startswith("boards/")
    ]
    assert {name.split("/")[0] for name in carried if "/" in name} <= set(firmware.OURS)


def test_a_pc_carries_the_models(carried: dict[str, bytes]) -> None:
    """And all that a board carries, in the same bytes, but what drives the pins that it has not."""
    on_pc = firmware.compiled(firmware.PC)
    pins = [f"luot_firmware/{name}.mpy" for name in ("buttons", "lamp", "wifi")]
    assert ["boards/pins.mpy", "boards/rp2.mpy", *pins] == sorted(carried.keys() - on_pc.keys())
    assert {"models", "boards"} == {name.split("/")[0] for name in on_pc.keys() - carried.keys()}
    assert all(carried[name] == on_pc[name] for name in carried.keys() & on_pc.keys())


def test_a_board_without_a_board_file() -> None:
    """It is named, and those that have one."""
    with pytest.raises(firmware.BoardUnknown, match="no board file for stm32") as raised:
        firmware.compiled("stm32")
    assert "esp32, linux, rp2" in raised.value.hint


def test_it_can_be_written_to_a_folder(carried: dict[str, bytes], tmp_path: Path) -> None:
    """As `make firmware` does, for each board; what lay there before is gone."""
    folder = tmp_path / "firmware"
    folder.mkdir()
    (folder / "old.py").touch()
    done = subprocess.run(
        [sys.executable, "-m", "luot_tools.firmware", folder], capture_output=True, text=True, check=True, timeout=120
    )
    assert f"firmware: {sum(map(len, carried.values()))} bytes in {folder / 'rp2'}\n" in done.stdout
    assert ["esp32", "rp2"] == sorted(path.name for path in folder.iterdir())
    there = folder / "rp2"
    assert carried == {
        path.relative_to(there).as_posix(): path.read_bytes() for path in there.rglob("*") if path.is_file()
    }


def test_what_a_board_cannot_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and the compiler's words."""
    (tmp_path / "bad.py").write_text("match 1:\n case _: pass\n")
    monkeypatch.setattr(firmware, "SOURCES", (tmp_path,))
    with pytest.raises(LuotError) as raised:
        firmware.compiled("rp2")
    assert "bad.py does not compile" in raised.value.subject
    assert "SyntaxError" in raised.value.hint


def test_no_firmware_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the host's packages are installed, the hint says where to go."""
    monkeypatch.setattr(firmware, "SOURCES", (tmp_path,))
    with pytest.raises(LuotError) as raised:
        firmware.compiled("rp2")
    assert "source tree" in raised.value.hint
