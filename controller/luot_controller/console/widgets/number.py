"""A number as large as its place allows, to be read from across the desk; nothing but digits."""

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

# 6 cells wide and 5 high, and 3 by 3; a half block is half a cell.
_LARGE = {
    "0": ("▄████▄", "██  ██", "██  ██", "██  ██", "▀████▀"),
    "1": (" ▄██  ", "▀▀██  ", "  ██  ", "  ██  ", "██████"),
    "2": ("▄████▄", "▀▀  ██", " ▄███▀", "██▀   ", "██████"),
    "3": ("▄████▄", "▀▀  ██", "  ███ ", "▄▄  ██", "▀████▀"),
    "4": ("██  ██", "██  ██", "▀█████", "    ██", "    ██"),
    "5": ("██████", "██    ", "█████▄", "▄▄  ██", "▀████▀"),
    "6": ("▄████▄", "██  ▀▀", "█████▄", "██  ██", "▀████▀"),
    "7": ("██████", "▀▀  ██", "   ██▀", "  ██▀ ", "  ██  "),
    "8": ("▄████▄", "██  ██", " ████ ", "██  ██", "▀████▀"),
    "9": ("▄████▄", "██  ██", "▀█████", "▄▄  ██", "▀████▀"),
    "-": ("      ", "      ", "██████", "      ", "      "),
}
_SMALL = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▀█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    "-": ("   ", "▀▀▀", "   "),
}
_FACES = ((_LARGE, 2), (_SMALL, 1))
_HALVES = {" ": "  ", "▀": "# ", "▄": " #", "█": "##"}
_BLOCKS = {halves: block for block, halves in _HALVES.items()}


class BigNumber(Widget):
    """A number drawn in blocks, in the ink named by a theme variable; a dash for none."""

    number: int | None = None
    ink = "$foreground"

    def draw(self, number: int | None, ink: str) -> None:
        """Show `number` in `ink`, a theme variable such as `$called`; None shows a dash."""
        if (number, ink) != (self.number, self.ink):
            self.number, self.ink = number, ink
            self.refresh(layout=self.styles.auto_dimensions)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - as Textual calls it
        """As wide as the number is in the height of its place, for a style that says `width: auto`."""
        rows = largest(self._text, container.width, container.height)
        return len(rows[0]) if rows else len(self._text)

    def render(self) -> Content:
        """The largest drawing that fits; plain bold text where even the smallest does not."""
        rows = largest(self._text, self.size.width, self.size.height)
        if rows is None:
            return Content.styled(self._text, f"bold {self.ink}")
        # A whole block is also painted as background: some terminals leave a gap between lines of blocks.
        runs = {"█": f"{self.ink} on {self.ink}"}
        return Content("\n").join(Content.assemble(*((char, runs.get(char, self.ink)) for char in row)) for row in rows)

    @property
    def _text(self) -> str:
        return "-" if self.number is None else str(self.number)


def largest(text: str, width: int, height: int) -> list[str] | None:
    """The rows of `text` (digits) in the largest face and size within `width` x `height` cells; None: none fits."""
    for face, gap in _FACES:
        rows = [(" " * gap).join(face[digit][row] for digit in text) for row in range(len(face["0"]))]
        scale = min(width // len(rows[0]), height // len(rows))
        if scale >= 1:
            return _enlarged(rows, scale)
    return None


def _enlarged(rows: list[str], scale: int) -> list[str]:
    halves: list[str] = []
    for row in rows:
        for half in (0, 1):
            halves += ["".join(_HALVES[char][half] * scale for char in row)] * scale
    return [
        "".join(_BLOCKS[upper + lower] for upper, lower in zip(halves[at], halves[at + 1], strict=True))
        for at in range(0, len(halves), 2)
    ]
