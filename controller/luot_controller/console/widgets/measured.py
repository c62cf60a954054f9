"""A widget that always has room for what it shows, however quickly that changes."""

from typing import Self

from textual.geometry import Region
from textual.widget import Widget


class Measured(Widget):
    """Asks for its measure again whenever it may have changed.

    Textual 8.2.8 by itself keeps the one taken between two changes that come before the widget was idle, for ever.
    It takes its default styles from the first base alone, so that this is the second one where there are two.
    """

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As Textual's own."""
        if layout:
            self._box_model_cache.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
