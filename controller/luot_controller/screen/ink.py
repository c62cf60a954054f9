"""Paints drawings made of blocks in one ink, so that they are whole on every terminal; draws none."""

from itertools import groupby

from textual.content import Content

_HALVES = frozenset("█▀▄")


def inked(line: str, ink: str) -> Content:
    """One line of digits in `ink`, a theme variable."""
    # A whole block is also painted as background: some terminals leave a gap between lines of blocks.
    runs = groupby(line, key=lambda char: char if char in _HALVES else " ")
    styles = {"█": f"{ink} on {ink}", " ": f"bold {ink}"}
    return Content.assemble(*(("".join(chars), styles.get(kind, ink)) for kind, chars in runs))
