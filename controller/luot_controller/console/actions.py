"""Every action of the console in one registry: keys, footer, help, palette and bindings are all made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from luot_controller.console.state import Desk
from luot_controller.language import N_

FREE, CALLED, SERVING = "free", "called", "serving"


def _always(_desk: Desk) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the clerk can do.

    `key` is what is shown, `presses` the key presses that do it, by Textual's names. `label` (at most 11 cells in any
    language) and `help` are message ids. A desk action has a `command` of the protocol and is offered in the desk
    `states` named, where the desk has something for it `to_do`; any other has the app's `method` and is always offered.
    """

    name: str
    key: str
    presses: tuple[str, ...]
    label: str
    help: str
    command: str = ""
    states: frozenset[str] = frozenset()
    to_do: Callable[[Desk], bool] = _always
    method: str = "desk"

    @property
    def binding(self) -> str:
        """The action string that the key is bound to."""
        return f"app.desk({self.name!r})" if self.command else f"app.{self.method}"

    def offered(self, desk: Desk | None) -> bool:
        """Whether it can be done at `desk` as it is; None: nothing is known of the desk."""
        return not self.command or (desk is not None and desk.state in self.states and self.to_do(desk))


def _desk(
    key: str,
    command: str,
    name: str,
    label: str,
    states: tuple[str, ...],
    text: str,
    to_do: Callable[[Desk], bool] = _always,
) -> Action:
    # Both cases, so that Caps Lock does not lock the clerk out.
    presses = (key, key.upper())
    return Action(name, key, presses, label, text, command=command, states=frozenset(states), to_do=to_do)


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
HOLD = _desk(
    "h",
    "Hold",
    "hold",
    N_("Hold"),
    (CALLED, SERVING),
    N_("Put the number aside, for a missing paper say; it keeps its turn and the desk is free."),
)
RESUME = _desk(
    "g",
    "Resume",
    "resume",
    N_("Resume"),
    (FREE,),
    N_("Call back a number that is held; where several are, choose from a list."),
    lambda desk: bool(desk.held),
)
TRANSFER = _desk(
    "v",
    "Transfer",
    "transfer",
    N_("Transfer"),
    (CALLED, SERVING),
    N_("Send the number into the line of another service; it keeps its turn."),
)
UNDO = _desk(
    "u",
    "Undo",
    "undo",
    N_("Undo"),
    (FREE, CALLED, SERVING),
    N_("Take back this desk's last command, as long as nothing has come of it."),
    lambda desk: desk.undo,
)

DESK_ACTIONS = (NEXT, RECALL, START, FINISH, NO_SHOW, HOLD, RESUME, TRANSFER, UNDO)

STRIP = Action(
    "strip", "d", ("d", "D"), N_("Hall"), N_("Show or hide what happens in the simulated hall."), method="strip"
)
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
    STRIP,
    Action(
        "quit", "q", ("q", "Q", "ctrl+q"), N_("Quit"), N_("Leave the console; the desk stays as it is."), method="quit"
    ),
)
"""STRIP is there only in a console that was given a hall to show: `ConsoleApp.check_action` says so."""

ACTIONS = DESK_ACTIONS + APP_ACTIONS

BY_NAME = {action.name: action for action in ACTIONS}


def offered(desk: Desk | None) -> tuple[Action, ...]:
    """The desk actions that can be done at `desk` as it is."""
    return tuple(action for action in DESK_ACTIONS if action.offered(desk))
