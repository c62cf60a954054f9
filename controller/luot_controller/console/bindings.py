"""Turns the registry's actions into Textual's key bindings, and says which there are; adds none of its own."""

from collections.abc import Iterable
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingType

from luot_controller.console.actions import ACTIONS, Action


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """One binding for each action, under its name as the stable id."""
    return [
        Binding(
            ",".join(action.presses), action.binding, action.label, key_display=action.key, show=False, id=action.name
        )
        for action in actions
    ]


def possible(app: App[Any]) -> tuple[Action, ...]:
    """The registry's actions that `app` has, in order: not each console was given everything."""
    return tuple(action for action in ACTIONS if app.check_action(action.method, (action.name,)))
