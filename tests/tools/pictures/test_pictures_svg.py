"""Pins how a screenshot is redrawn: blocks as shapes that meet, words at their place on the grid, nothing else."""

import asyncio
from xml.etree import ElementTree

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from luot_tools.pictures.svg import CELL_X, CELL_Y, redrawn

SVG = "{http://www.w3.org/2000/svg}"
LINES = ("Bộ phận <Một> cửa", "██▀▄ 字 17", "")


class Sample(App[None]):
    """Three lines, no more."""

    CSS = "Screen { background: #102030; color: #ffffff; } Static { height: 3; width: 20; }"

    def compose(self) -> ComposeResult:
        """The lines as one text."""
        yield Static(Content("\n").join(Content(line) for line in LINES))


def drawing() -> ElementTree.Element:
    """The sample as a picture of 20 by 3 cells."""

    async def run() -> str:
        app = Sample()
        async with app.run_test(size=(20, 3)) as pilot:
            await pilot.pause()
            return redrawn(app.export_screenshot(), 20, 3, "a <sample>")

    return ElementTree.fromstring(asyncio.run(run()))


def test_words_stand_on_the_grid_and_are_as_wide_as_in_a_terminal() -> None:
    """Each run of words by itself, so that no font can move the next one; composed, and nothing read as markup."""
    texts = {
        text.text: (int(text.get("x", "")) // CELL_X, int(text.get("y", "")) // CELL_Y, int(text.get("textLength", "")))
        for text in drawing().iter(f"{SVG}text")
    }
    assert {
        LINES[0]: (0, 0, cell_len(LINES[0]) * CELL_X),
        "字 17": (5, 1, 5 * CELL_X),
    } == texts


def test_blocks_are_shapes() -> None:
    """Whole and half cells, without a font's gaps."""
    blocks = [
        tuple(int(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        for rect in drawing().iter(f"{SVG}rect")
        if rect.get("fill") == "#ffffff"
    ]
    assert [(0, 20, 20, 20), (20, 20, 10, 10), (30, 30, 10, 10)] == blocks


def test_it_has_a_name_and_its_size() -> None:
    """For whoever cannot see it, and for a page that leaves room for it."""
    root = drawing()
    assert ("220", "80", "a <sample>") == (root.get("width"), root.get("height"), root.get("aria-label"))
    assert "a <sample>" == root.findtext(f"{SVG}title")
