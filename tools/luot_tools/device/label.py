"""Draws the label on a reader's case: its id, its role and its code, as SVG and PNG. Knows no office."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from luot_controller.errors import UsageProblem

WIDTH_MM, HEIGHT_MM = 62, 29
MM_PER_INCH = 25.4
DOTS_PER_INCH = 300

SUFFIXES = SVG, PNG = ".svg", ".png"

ROLES = {
    "entry": ("Lối vào", "Entry"),
    "info": ("Tra cứu", "Information"),
    "desk": ("Tại quầy", "Desk"),
    "dropoff": ("Trả thẻ", "Return"),
}
"""In Vietnamese and in English: whoever finds the reader may read either."""

_MOST_ID_CHARS_AT_FULL_SIZE = 10
_SIZE_MM = 11
_FONT = "Source Sans Pro"


def svg(reader: str, site: str, role: str, code: str) -> str:
    """A label of 62 by 29 mm, black on white, as label printers take it."""
    size = _SIZE_MM * min(1.0, _MOST_ID_CHARS_AT_FULL_SIZE / len(reader))
    words = " · ".join(ROLES.get(role, (role,)))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" \
width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm">
<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#fff"/>
<g fill="#000" font-family="DejaVu Sans, Arial, sans-serif">
<text x="3" y="6" font-size="3.5">{escape(words)}</text>
<text x="59" y="6" font-size="3.5" text-anchor="end">{escape(site)}</text>
<text x="31" y="19" font-size="{size:g}" font-weight="bold" text-anchor="middle">{escape(reader)}</text>
<text x="31" y="26" font-size="4" text-anchor="middle" font-family="DejaVu Sans Mono, monospace">{escape(code)}</text>
</g>
</svg>
"""


def png(drawing: str) -> bytes:
    """That drawing as a picture of 300 dots an inch, its letters those of Source Sans, whichever this machine has."""
    import font_source_sans_pro as font
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg_string=drawing,
        dpi=DOTS_PER_INCH,
        width=round(WIDTH_MM / MM_PER_INCH * DOTS_PER_INCH),
        skip_system_fonts=True,
        font_files=[font.SourceSansPro, font.SourceSansProBold],
        font_family=_FONT,
        sans_serif_family=_FONT,
        monospace_family=_FONT,
    )


def write(settings: Mapping[str, Any], paths: list[Path]) -> None:
    """Draw the label for the reader with these settings in each file, as its suffix says; raises UsageProblem."""
    for path in paths:
        if path.suffix not in SUFFIXES:
            raise UsageProblem(f"{path} is neither SVG nor PNG", f"Let its name end in {' or '.join(SUFFIXES)}.")
    drawing = svg(settings["reader"], settings["site"], settings["role"], code_of(settings["kid"]))
    for path in paths:
        path.write_bytes(drawing.encode() if path.suffix == SVG else png(drawing))


def code_of(kid: str) -> str:
    """The name of a reader's key in groups of four: what tells two readers of one id apart, and is no secret."""
    return " ".join(kid[at : at + 4] for at in range(0, len(kid), 4)).upper()
