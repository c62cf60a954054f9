"""Pins that the number at a desk is as large as its place allows, and is never left out."""

import pytest
from rich.cells import cell_len
from textual.geometry import Size

from luot_controller.console.widgets.number import BigNumber


class Placed(BigNumber):
    """A number in a place of its own size, on no screen."""

    def __init__(self, number: int | None, width: int, height: int) -> None:
        super().__init__()
        self.number, self._place = number, Size(width, height)

    @property
    def size(self) -> Size:
        """The place."""
        return self._place


@pytest.mark.parametrize(
    ("number", "place", "drawn"),
    [
        (17, (33, 5), (14, 5)),
        (128, (33, 5), (22, 5)),
        (1234, (33, 5), (30, 5)),
        (12345, (33, 5), (19, 3)),
        (17, (53, 10), (28, 10)),
        (17, (60, 3), (7, 3)),
        (17, (60, 4), (7, 3)),
        (None, (33, 5), (6, 5)),
        (123456789012, (33, 5), (12, 1)),
        (1, (2, 2), (1, 1)),
        (1, (0, 0), (1, 1)),
    ],
)
def test_the_largest_that_fits(number: int | None, place: tuple[int, int], drawn: tuple[int, int]) -> None:
    """Digits of any height there is room for; plain text, one line, where there is none."""
    lines = Placed(number, *place).render().plain.split("\n")
    assert drawn == (cell_len(lines[0]), len(lines))
    assert drawn[0] == Placed(number, *place).get_content_width(Size(*place), Size(80, 24))
