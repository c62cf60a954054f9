"""Digits drawn by hand in blocks, in whole multiples of two sizes; knows no widget and no colour."""

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
