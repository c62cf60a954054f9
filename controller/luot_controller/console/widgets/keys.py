"""The keys at the foot of the screen, made from the registry: offered ones stand out, others are dim."""

from collections.abc import Collection

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from luot_controller.console.actions import Action
from luot_controller.console.widgets.text import Text
from luot_controller.language import _

_OFFERED = ("bold $on-accent on $accent", "bold")
_DIM = ("$muted", "$muted")
_ALWAYS = ("bold $accent", "$muted")
"""Inks of the key and of its label."""


class Key(Text):
    """One action: its key and its name; a click does the same as the key."""

    def __init__(self, action: Action) -> None:
        super().__init__(id=f"key-{action.name}")
        self.action = action

    def draw(self, offered: bool) -> None:
        """Show it as offered or not."""
        self.set_class(offered, "-offered")
        cap, label = (_OFFERED if offered else _DIM) if self.action.command else _ALWAYS
        self.show(Content.assemble((f"{self.action.key:^3}", cap), " ", (_(self.action.label), label)))

    async def on_click(self) -> None:
        """Do it."""
        await self.run_action(self.action.binding)


class Keys(Container):
    """Keys, in rows as the style sheet lays them out."""

    def __init__(self, actions: tuple[Action, ...], id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._actions = actions

    def compose(self) -> ComposeResult:
        """One widget for each action that this console has."""
        for action in self._actions:
            if not action.rare and self.app.check_action(action.method, (action.name,)):
                yield Key(action)

    def draw(self, offered: Collection[Action]) -> None:
        """Show which are offered now."""
        replaced = {action.instead for action in offered}
        for key in self.query(Key):
            key.display = key.action in offered if key.action.instead else key.action.name not in replaced
            key.draw(key.action in offered)
