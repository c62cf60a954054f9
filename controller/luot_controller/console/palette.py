"""The command palette: the registry's actions, found by name with or without diacritics; has none of its own."""

import unicodedata
from collections.abc import Awaitable, Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from luot_controller.console.actions import Action
from luot_controller.console.bindings import possible
from luot_controller.language import _


class ActionProvider(Provider):
    """Every action but the palette itself."""

    async def discover(self) -> Hits:
        """All of them, in the registry's order, before anything is typed."""
        for action in self._listed():
            yield DiscoveryHit(_prompt(action), self._command(action), text=_(action.label), help=_(action.help))

    async def search(self, query: str) -> Hits:
        """Those whose key, name or help hold every word of `query`; else one line that says there are none."""
        words = folded(query).split()
        found = False
        for action in self._listed():
            label = folded(_(action.label))
            if all(word in f"{action.key} {label} {folded(_(action.help))}" for word in words):
                found = True
                score = 1.0 if words and label.startswith(words[0]) else 0.5
                yield Hit(score, _prompt(action), self._command(action), text=_(action.label), help=_(action.help))
        if not found:
            yield Hit(0.1, Content(_("No such command")), _nothing, text=query)

    def _listed(self) -> tuple[Action, ...]:
        return tuple(action for action in possible(self.app) if action.name != "palette")

    def _command(self, action: Action) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, action.binding)


def folded(text: str) -> str:
    """`text` for comparing: small letters, without diacritics, so that `goi` finds `Gọi`."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(char for char in bare if not unicodedata.combining(char))


def _prompt(action: Action) -> Content:
    return Content.assemble((f"{action.key:<4}", "bold"), _(action.label))


def _nothing() -> None:
    pass
