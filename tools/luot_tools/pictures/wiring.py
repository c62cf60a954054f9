"""Draws how a reader's parts are wired to a board, by the pins in firmware/boards/. Knows no screen."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from luot_tools.firmware import SOURCES


class Row(NamedTuple):
    """One wire: the board's end, the part's end, its colour, and what sits in it."""

    here: str
    there: str
    colour: str
    between: str = ""


Part = tuple[str, list[Row]]

_BOARDS = {
    "wiring-pico.svg": ("Raspberry Pi Pico, Pico W", "rp2", "PINS", "GP"),
    "wiring-esp32-s3.svg": ("ESP32-S3", "esp32", "_S3", "GPIO"),
    "wiring-esp32-c3.svg": ("ESP32-C3", "esp32", "_C3", "GPIO"),
}
NAMES = tuple(_BOARDS)

_PICO_NUMBERS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 19, 20)
_PICO_PLACES = dict(zip(_PICO_NUMBERS, (4, 5, 6, 7, 9, 10, 11, 12, 14, 21, 22, 24, 25, 26), strict=True))
"""GP number to the pin's place on the board (Raspberry Pi Pico data sheet, 2.1)."""
_PICO_SUPPLY = {"3V3": 36, "GND": 38}

_PLUS, _GROUND = "#c62828", "#37474f"
_BUS = ("#1565c0", "#00838f", "#2e7d32", "#6a1b9a", "#ad6c00")
_ROW, _TOP, _GAP = 28, 62, 34
_LEFT, _BOARD_WIDE, _PART_X, _PART_WIDE, _WIDE = 20, 230, 500, 240, 760
_FONT = "'DejaVu Sans', Arial, sans-serif"


def drawn(name: str) -> str:
    """The drawing of this name, which is one of NAMES, as SVG text."""
    title, module, pins_name, prefix = _BOARDS[name]
    parts = list(_parts(pins(module, pins_name), prefix, is_pico=module == "rp2"))
    high = _TOP + sum(_ROW * len(rows) + _GAP for _, rows in parts)
    shapes = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" width="{_WIDE}" height="{high}" '
        f'role="img" aria-label="{escape(title)}">',
        f'<rect width="{_WIDE}" height="{high}" fill="#ffffff"/>',
        f'<g font-family="{_FONT}" font-size="14" fill="#1c2526">',
        f'<rect x="{_LEFT}" y="16" width="{_BOARD_WIDE}" height="{high - 32}" rx="10" fill="#e3efe6" '
        'stroke="#2e7d32"/>',
        _text(_LEFT + _BOARD_WIDE // 2, 40, title, 'text-anchor="middle" font-weight="bold"'),
    ]
    y = _TOP
    for part, rows in parts:
        shapes.append(
            f'<rect x="{_PART_X}" y="{y - 12}" width="{_PART_WIDE}" height="{_ROW * len(rows) + 10}" rx="8" '
            'fill="#e8edf5" stroke="#1565c0"/>'
        )
        shapes.append(_text(_PART_X + _PART_WIDE - 10, y + 8, part, 'text-anchor="end" font-weight="bold"'))
        for row in rows:
            shapes += _wire(row, y + 4)
            y += _ROW
        y += _GAP
    return "\n".join([*shapes, "</g>", "</svg>", ""])


def pins(module: str, name: str) -> Mapping[str, Any]:
    """The pins that a board file gives this name."""
    source = (SOURCES[0] / "boards" / f"{module}.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and ast.unparse(node.targets[0]) == name:
            found: Mapping[str, Any] = ast.literal_eval(node.value)
            return found
    raise LookupError(f"{module} has no pins called {name}")


def _parts(told: Mapping[str, Any], prefix: str, *, is_pico: bool) -> Iterator[Part]:
    def at(number: int) -> str:
        return f"{prefix}{number}, pin {_PICO_PLACES[number]}" if is_pico else f"{prefix}{number}"

    def supply(name: str) -> str:
        return f"{name}, pin {_PICO_SUPPLY[name]}" if is_pico else name

    plus, ground = supply("3V3"), supply("GND")
    reset = plus if told["reset"] is None else at(told["reset"])
    bus = [("chip_select", "SDA (select)"), ("sck", "SCK"), ("mosi", "MOSI"), ("miso", "MISO")]
    wires = [Row(at(told[key]), there, colour) for (key, there), colour in zip(bus, _BUS, strict=False)]
    wires.append(Row(reset, "RST", _PLUS if told["reset"] is None else _BUS[-1]))
    yield "RC522", [Row(plus, "3.3V", _PLUS), Row(ground, "GND", _GROUND), *wires]
    colours = (("red", "#e53935"), ("green", "#43a047"), ("blue", "#1e88e5"))
    leds = [Row(at(told[name]), name, colour, "330 Ω") for name, colour in colours]
    yield "RGB LED", [*leds, Row(ground, "common cathode", _GROUND)]
    yield "Passive buzzer", [Row(at(told["buzzer"]), "+", "#ad6c00", "100 Ω"), Row(ground, "-", _GROUND)]
    buttons = [Row(at(pin), f"button {number}", "#5e35b1") for number, pin in enumerate(told["buttons"], 1)]
    yield "Buttons", [*buttons, Row(ground, "their other ends", _GROUND)]


def _wire(row: Row, y: int) -> Iterator[str]:
    begin, end = _LEFT + _BOARD_WIDE, _PART_X
    yield _text(begin - 12, y + 5, row.here, 'text-anchor="end"')
    yield f'<line x1="{begin}" y1="{y}" x2="{end}" y2="{y}" stroke="{row.colour}" stroke-width="3"/>'
    for x in (begin, end):
        yield f'<circle cx="{x}" cy="{y}" r="5" fill="{row.colour}"/>'
    if row.between:
        middle = (begin + end) // 2
        yield f'<rect x="{middle - 32}" y="{y - 10}" width="64" height="20" rx="3" fill="#fff8e1" stroke="#8d6e00"/>'
        yield _text(middle, y + 5, row.between, 'text-anchor="middle" font-size="12"')
    yield _text(end + 12, y + 5, row.there, "")


def _text(x: int, y: int, text: str, more: str) -> str:
    return f'<text x="{x}" y="{y}"{" " if more else ""}{more}>{escape(text)}</text>'
