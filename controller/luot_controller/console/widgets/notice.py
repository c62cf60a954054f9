"""One line for what has just happened, and what to do; the latest only, and gone after a while."""

from textual.content import Content

from luot_controller.console.widgets.text import Text

SHOWN_S = 8.0

_INKS = {"done": "$serving", "soft": "$foreground", "refused": "bold $called"}
_SIGNS = {"done": "✓", "soft": "·", "refused": "!"}


class Notice(Text):
    """A soft word at the foot of the screen: no sound, no window to close."""

    _until_s = 0.0

    def say(self, text: str, tone: str, now_s: float) -> None:
        """Show `text` for SHOWN_S; `tone` is done, soft or refused."""
        self._until_s = now_s + SHOWN_S
        self.show(Content.assemble((f"{_SIGNS[tone]} {text}", _INKS[tone])))

    def draw(self, now_s: float) -> None:
        """Take it away when its time is over."""
        if self._until_s and now_s > self._until_s:
            self._until_s = 0.0
            self.show("")
