"""Takes a screen's picture once it shows what it should; knows no particular screen."""

from collections.abc import Callable
from typing import NamedTuple

from luot_controller.screen.app import ScreenApp
from luot_tools.pictures.svg import redrawn


class Sitting(NamedTuple):
    """How a picture is wanted; the size is in terminal cells."""

    language: str
    columns: int
    rows: int
    light: bool


async def taken(app: ScreenApp, sitting: Sitting, ready: Callable[[], object], title: str) -> str:
    """The screen of `app` as SVG text, once `ready()`."""
    async with app.run_test(size=(sitting.columns, sitting.rows)) as pilot:
        while not ready():
            await pilot.pause(0.02)
        await pilot.pause()
        app.draw()
        await pilot.pause()
        return redrawn(app.export_screenshot(), sitting.columns, sitting.rows, f"{title} ({sitting.language})")
