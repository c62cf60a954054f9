"""Redraws Textual's screenshot as an SVG that looks the same wherever it is shown; knows nothing of any app.

Textual's own names a font on a server and hopes that its blocks meet. Here blocks are drawn as shapes, every word
stands at its own place on the grid, and any monospaced font will do.
"""

import re
import unicodedata
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from rich.cells import cell_len

CELL_X, CELL_Y, FONT = 10, 20, 16.6
_MARGIN = 10
_FROM_X, _FROM_Y = 12.2, 24.4  # the grid of Textual's screenshot
_BASELINE = 15
_FONTS = "'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace"
_BLOCKS = {"█": (0, CELL_Y), "▀": (0, CELL_Y // 2), "▄": (CELL_Y // 2, CELL_Y // 2)}
_NAME = "{http://www.w3.org/2000/svg}"


def redrawn(screenshot: str, columns: int, rows: int, title: str) -> str:
    """`screenshot`, as `App.export_screenshot` gives it of a screen of `columns` x `rows`, redrawn."""
    tree = ElementTree.fromstring(screenshot)
    inks = dict(re.findall(r"\.[\w-]+-(r\d+) \{ ([^}]*?) ?\}", screenshot))
    width, height = columns * CELL_X + 2 * _MARGIN, rows * CELL_Y + 2 * _MARGIN
    shapes, words, ground = [], [], "#000000"
    for element in tree.iter():
        if element.tag == f"{_NAME}rect" and element.get("shape-rendering"):
            x, y, wide = _cell(element, "x", _FROM_X), _cell(element, "y", _FROM_Y), _cell(element, "width", _FROM_X)
            ground = element.get("fill", ground) if (x, y) == (0, rows - 1) else ground
            shapes.append(_rect(x * CELL_X, y * CELL_Y, wide * CELL_X, CELL_Y, element.get("fill", "")))
        elif element.tag == f"{_NAME}text" and "-r" in element.get("class", ""):
            style = inks[element.get("class", "").rsplit("-", 1)[1]]
            x, y = _cell(element, "x", _FROM_X), _cell(element, "y", _FROM_Y)
            for word in re.finditer(r"[█▀▄]+|[^\s█▀▄]+(?: [^\s█▀▄]+)*", (element.text or "").replace("\u00a0", " ")):
                at = x + cell_len((element.text or "")[: word.start()])
                if word[0][0] in _BLOCKS:
                    shapes += _blocks(word[0], at, y, style)
                else:
                    words.append(_text(word[0], at, y, style))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">'
    )
    frame = f'<rect width="{width}" height="{height}" rx="8" fill="{ground}"/>'
    group = (
        f'<g transform="translate({_MARGIN} {_MARGIN})" font-family="{_FONTS}" font-size="{FONT}" xml:space="preserve">'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", frame, group, *shapes, *words, "</g>", "</svg>", ""])


def _cell(element: ElementTree.Element, name: str, unit: float) -> int:
    # Rectangles begin 1.5 below their line, text stands 20 below it: less than a line either way.
    return int((float(element.get(name, "0")) + 0.1) / unit)


def _rect(x: int, y: int, width: int, height: int, fill: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" shape-rendering="crispEdges"/>'


def _blocks(blocks: str, x: int, y: int, style: str) -> list[str]:
    fill = style.split("fill:", 1)[1].split(";")[0].strip()
    rects = []
    for run in re.finditer(r"(.)\1*", blocks):
        top, high = _BLOCKS[run[1]]
        rects.append(_rect((x + run.start()) * CELL_X, y * CELL_Y + top, len(run[0]) * CELL_X, high, fill))
    return rects


def _text(text: str, x: int, y: int, style: str) -> str:
    wide = cell_len(text) * CELL_X
    text = escape(unicodedata.normalize("NFC", text))
    place = f'x="{x * CELL_X}" y="{y * CELL_Y + _BASELINE}" textLength="{wide}"'
    return f'<text {place} lengthAdjust="spacingAndGlyphs" style="{style}">{text}</text>'
