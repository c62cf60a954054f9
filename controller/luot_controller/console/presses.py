"""Turns key presses into commands, at most one at a time; decides only, sends nothing.

It stands between a nervous finger and the office: what the desk's state does not offer, what comes while a reply is
awaited, and what is the same key still held down, is refused here, with the reason in words.
"""

from luot_controller.console import wording
from luot_controller.console.actions import Action, can
from luot_controller.console.state import View
from luot_controller.screen.pulse import Reach

REPEAT_S = 0.4
"""The same key again within this is the same press: a double click, or a key held down (30 a second)."""


class Presses:
    """The desk's keys; `pending` is the action whose reply is awaited."""

    def __init__(self) -> None:
        self.pending: Action | None = None
        self._last: tuple[Action, float] | None = None

    def refuse(self, action: Action, view: View, now_s: float, chosen: bool = False) -> str | None:
        """Why `action` may not be done now, as a sentence (empty: say nothing); None when it may.

        `chosen`: this is no new press, but the choice from the list that a press has opened.
        """
        held = not chosen and self._last is not None and self._last[0] is action and now_s - self._last[1] < REPEAT_S
        self._last = (action, now_s)
        reach = view.reach(now_s)
        if reach is not Reach.OPEN:
            return wording.locked(view, reach)
        if self.pending is not None:
            return wording.pending(self.pending)
        if held:
            return ""
        return None if can(action, view, now_s) else wording.not_offered(action, view, now_s)
