"""Pins that the screens' colours can be read: contrast by WCAG 2, in both themes."""

import pytest
from textual.color import Color
from textual.theme import Theme

from luot_controller.screen.themes import THEMES

AA = 4.5


def luminance(code: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = (value / 255 for value in Color.parse(code).rgb)
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2 defines it: 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_has_contrast_on_every_ground(theme: Theme) -> None:
    """At least 4.5:1 for every ink on every ground that it is used on."""
    grounds = [theme.background, theme.surface, theme.panel]
    inks = [
        theme.foreground,
        theme.accent,
        *(theme.variables[name] for name in ("muted", "called", "serving", "alarm")),
    ]
    pairs = [(ink, ground) for ink in inks for ground in grounds]
    pairs += [(theme.variables[f"on-{name}"], theme.variables[name]) for name in ("priority", "banner")]
    pairs += [(theme.variables["on-accent"], theme.accent)]
    # A new call, also while it beats.
    pairs += [(theme.variables["on-fresh"], theme.variables[name]) for name in ("fresh", "beat")]
    weak = {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*map(str, pair)) < AA}
    assert {} == weak
