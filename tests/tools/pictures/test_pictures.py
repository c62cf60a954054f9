"""luot_tools.pictures: the documentation's pictures show the screens as they are, the same each time, in any font."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from luot_controller.language import use
from luot_tools.pictures.__main__ import FOLDER, NAMES, drawn, main

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Colours, whatever this terminal wants; the language is the whole process's."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    use("en")


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_pictures_are_fresh(name: str) -> None:
    """`make pictures` would change nothing: same bytes on every run, and no address in them but the name of SVG."""
    text = drawn(name)
    assert (FOLDER / name).read_text(encoding="utf-8") == text
    assert text.count("http") == 1
    assert "font-face" not in text


def test_no_other_pictures_are_committed() -> None:
    """Each screen in each language in two sizes, and the wiring of each board; what is not drawn any more is gone."""
    assert sorted(NAMES) == sorted(path.name for path in FOLDER.iterdir())
    assert 16 + 3 == len(NAMES)


@pytest.mark.parametrize(
    ("screen", "text"), [("board", "▶ MỜI SỐ"), ("console", "Các quầy khác"), ("hall", "entry-3 mất kết nối")]
)
def test_a_picture_is_as_its_name_says(screen: str, text: str, tmp_path: Path) -> None:
    """Screen, language, size, light or dark; texts and shapes lie inside the frame."""
    out = tmp_path / f"{screen}-vi-120x36-light.svg"
    assert 0 == main([out])
    root = ElementTree.parse(out).getroot()
    assert ("1220", "740") == (root.get("width"), root.get("height"))
    texts = list(root.iter(f"{SVG}text"))
    assert any(text in (shown.text or "") for shown in texts)
    assert all(int(shown.get("x", "-1")) + int(shown.get("textLength", "9999")) <= 1200 for shown in texts)
    assert "#eef2f1" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["board.svg", "board-vi-0x24.svg", "board-fr-80x24.svg", "moon-vi-80x24.svg"])
def test_a_name_that_says_nothing_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an example on stderr and exit code 2; nothing is written."""
    assert 2 == main([tmp_path / name])
    assert f"{name}: name it SCREEN-LANGUAGE-COLUMNSxROWS" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())
