"""The bar that says, so that it cannot be overlooked, that the office is out of reach; takes no room otherwise."""

from textual.content import Content

from luot_controller.console import wording
from luot_controller.console.state import View
from luot_controller.console.widgets.text import Text
from luot_controller.screen.pulse import Reach


class Banner(Text):
    """Shown only while keys are locked."""

    def draw(self, view: View, reach: Reach) -> None:
        """Show or hide it."""
        told = wording.away(view, reach)
        self.display = told is not None
        if told is not None:
            headline, advice = told
            self.show(Content.assemble((f"▲ {headline} ▲", "bold"), "\n", advice))
