"""The colours of all screens, dark and light: text has a contrast of at least 4.5:1 (WCAG 2 AA) on its ground."""

from textual.theme import Theme

DARK = Theme(
    name="luot-dark",
    dark=True,
    primary="#4fc3b4",
    accent="#5ad1c0",
    background="#0d141a",
    surface="#16212b",
    panel="#1d2b37",
    foreground="#eef4f7",
    warning="#ffd166",
    success="#7ee0a0",
    error="#c62828",
    variables={
        "muted": "#a6b7c3",
        "called": "#ffd166",
        "serving": "#7ee0a0",
        "alarm": "#ff8a80",
        "priority": "#ffb3cf",
        "on-priority": "#2a0a18",
        "on-accent": "#04211d",
        "fresh": "#ffd166",
        "beat": "#eef4f7",
        "on-fresh": "#0d141a",
        "banner": "#c62828",
        "on-banner": "#ffffff",
    },
)

LIGHT = Theme(
    name="luot-light",
    dark=False,
    primary="#00695c",
    accent="#00695c",
    background="#eef2f1",
    surface="#ffffff",
    panel="#e2e9e7",
    foreground="#14202a",
    warning="#7a4f00",
    success="#0b6b3a",
    error="#b3261e",
    variables={
        "muted": "#4b5a66",
        "called": "#7a4f00",
        "serving": "#0b6b3a",
        "alarm": "#b3261e",
        "priority": "#a3195b",
        "on-priority": "#ffffff",
        "on-accent": "#ffffff",
        "fresh": "#ffc94d",
        "beat": "#ffffff",
        "on-fresh": "#14202a",
        "banner": "#b3261e",
        "on-banner": "#ffffff",
    },
)

THEMES = (DARK, LIGHT)
