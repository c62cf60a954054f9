"""What a console shows has the room that it needs, also when it changes twice while the screen is laid out."""

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from eyes import play
from luot_controller.console.widgets.number import BigNumber
from luot_controller.console.widgets.text import FittedText, Text
from luot_controller.screen import digits


class Sheet(App[None]):
    """One widget, as wide or as high as its content."""

    CSS = (
        "Horizontal { height: 5; } Text, FittedText { width: 20; height: auto; } BigNumber { width: auto; height: 5; }"
    )

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        """It."""
        yield Horizontal(self.widget)

    def lay_out(self) -> None:
        """What the screen does when something else has changed."""
        self.query_one(Horizontal)._clear_arrangement_cache()
        self.screen._compositor.reflow(self.screen, self.screen.size)


@play
async def test_text() -> None:
    """It is as high as its last lines."""
    text = Text()
    app = Sheet(text)
    async with app.run_test() as pilot:
        text.show("one")
        app.lay_out()
        text.show("one\ntwo\nthree")
        await pilot.pause()
        assert 3 == text.region.height


@play
async def test_fitted_text() -> None:
    """So is this."""
    text = FittedText()
    app = Sheet(text)
    async with app.run_test() as pilot:
        text.show(lambda _: Content("one"))
        app.lay_out()
        text.show(lambda _: Content("one\ntwo\nthree"))
        await pilot.pause()
        assert 3 == text.region.height


@play
async def test_number() -> None:
    """It is as wide as its last digits."""
    number = BigNumber()
    app = Sheet(number)
    async with app.run_test() as pilot:
        number.draw(1, "$foreground")
        app.lay_out()
        number.draw(1234, "$foreground")
        await pilot.pause()
        assert digits.width("1234", 5) == number.region.width
