"""Pins that the documentation's pictures are drawn from the board as it is, the same each time."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from luot_controller.board.picture import main
from luot_controller.language import use

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_committed_pictures_are_fresh(language: str, tmp_path: Path) -> None:
    """`make pictures` would change nothing: same bytes on every run, and no address in them but the name of SVG."""
    out = tmp_path / "board.svg"
    assert 0 == main([str(out), language])
    use("en")
    drawn = out.read_text(encoding="utf-8")
    assert (PICTURES / f"board-{language}.svg").read_text(encoding="utf-8") == drawn
    assert drawn.count("http") == 1


def test_a_picture_has_the_size_asked_for(tmp_path: Path) -> None:
    """COLUMNSxROWS, light or dark; texts and shapes lie inside the frame."""
    out = tmp_path / "wide.svg"
    assert 0 == main([str(out), "en", "120x36", "light"])
    use("en")
    root = ElementTree.parse(out).getroot()
    assert ("1220", "740") == (root.get("width"), root.get("height"))
    texts = list(root.iter(f"{SVG}text"))
    assert "▶ NOW CALLED" in {text.text for text in texts}
    assert all(int(text.get("x", "-1")) + int(text.get("textLength", "9999")) <= 1200 for text in texts)


def test_without_a_file_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage on stderr, exit code 2."""
    assert 2 == main([])
    assert capsys.readouterr().err.startswith("usage:")
