"""Every action of the console in one registry: keys, footer, help, palette and bindings are all made from it."""

from dataclasses import dataclass

from luot_controller.language import N_

FREE, CALLED, SERVING = "free", "called", "serving"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the clerk can do.

    `key` is what is shown, `presses` the key presses that do it, by Textual's names. `label` (at most 11 cells in any
    language) and `help` are message ids. A desk action has a `command` of the protocol and is offered in the desk
    `states` named; any other has the app's `method` and is always offered.
    """

    name: str
    key: str
    presses: tuple[str, ...]
    label: str
    help: str
    command: str = ""
    states: frozenset[str] = frozenset()
    method: str = ""

    @property
    def binding(self) -> str:
        """The action string that the key is bound to."""
        return f"app.desk({self.name!r})" if self.command else f"app.{self.method}"

    def offered(self, state: str | None) -> bool:
        """Whether it can be done while the desk is in `state`; None: the desk's state is not known."""
        return not self.command or state in self.states


def _desk(key: str, command: str, name: str, label: str, states: tuple[str, ...], text: str) -> Action:
    # Both cases, so that Caps Lock does not lock the clerk out.
    return Action(name, key, (key, key.upper()), label, text, command=command, states=frozenset(states))


NEXT = _desk(
    "n",
    "CallNext",
    "next",
    N_("Next"),
    (FREE, SERVING),
    N_("Call the number whose turn it is; whoever is being served is finished first."),
)
RECALL = _desk("r", "Recall", "recall", N_("Recall"), (CALLED,), N_("Call the same number again."))
START = _desk("s", "Start", "start", N_("Start"), (CALLED,), N_("The citizen is here: service begins."))
FINISH = _desk("f", "Finish", "finish", N_("Finish"), (CALLED, SERVING), N_("The citizen is done; the desk is free."))
NO_SHOW = _desk(
    "x",
    "NoShow",
    "no_show",
    N_("No-show"),
    (CALLED,),
    N_("Nobody came. A tap of the card at a reader brings the number back into line."),
)

DESK_ACTIONS = (NEXT, RECALL, START, FINISH, NO_SHOW)

APP_ACTIONS = (
    Action("help", "?", ("question_mark", "f1"), N_("Help"), N_("This page."), method="help"),
    Action(
        "palette",
        "^p",
        ("ctrl+p",),
        N_("Commands"),
        N_("Find a command by its name."),
        method="command_palette",
    ),
    Action("language", "l", ("l", "L"), N_("Language"), N_("Tiếng Việt / English."), method="language"),
    Action("theme", "t", ("t", "T"), N_("Light/dark"), N_("Light or dark colours."), method="theme"),
    Action(
        "quit", "q", ("q", "Q", "ctrl+q"), N_("Quit"), N_("Leave the console; the desk stays as it is."), method="quit"
    ),
)

ACTIONS = DESK_ACTIONS + APP_ACTIONS

BY_NAME = {action.name: action for action in ACTIONS}


def offered(state: str | None) -> tuple[Action, ...]:
    """The desk actions that can be done in `state`."""
    return tuple(action for action in DESK_ACTIONS if action.offered(state))
