"""Pins that a new call can be read on its bright ground, in both themes, also while it beats: contrast by WCAG 2."""

import pytest
from textual.color import Color
from textual.theme import Theme

from luot_controller.screen.themes import THEMES

AA = 4.5


def luminance(code: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = (
        value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4
        for value in Color.parse(code).rgb
    )
    return sum(share * value for share, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_new_call_has_contrast(theme: Theme) -> None:
    """The ink of a new call is the background of the screen; its grounds are those of board.tcss."""
    for ground in (theme.variables["called"], theme.foreground):
        dark, bright = sorted((luminance(str(theme.background)), luminance(str(ground))))
        assert (bright + 0.05) / (dark + 0.05) >= AA, ground
