"""Turns the registry's actions into Textual's key bindings; adds none of its own."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from luot_controller.console.actions import Action


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """One binding for each action, under its name as the stable id."""
    return [
        Binding(
            ",".join(action.presses), action.binding, action.label, key_display=action.key, show=False, id=action.name
        )
        for action in actions
    ]
