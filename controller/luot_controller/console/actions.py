"""Every action of the console in one registry: keys, footer, help, palette and bindings are all made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from luot_controller.console.state import CLERK, SUPERVISOR, Desk, View
from luot_controller.language import N_

FREE, CALLED, SERVING = "free", "called", "serving"
STATES = (FREE, CALLED, SERVING)
OPEN, PAUSED, CLOSED = "open", "paused", "closed"
DUTIES = (OPEN, PAUSED, CLOSED)


def _always(_desk: Desk) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the clerk can do.

    `key` is what is shown, `presses` the key presses that do it, by Textual's names. `label` (at most 11 cells in any
    language) and `help` are message ids. A desk action has a `command` of the protocol and is offered to its `roles` in
    the desk `states` and `duties` named, on a `day` that is so (True: open, None: either), where the desk has something
    for it `to_do`; any other has the app's `method` and is always offered. While one is offered that is `instead` of
    another, it has the other's place at the foot of the screen; one that is `rare` stands on the help page and in the
    palette alone.
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
    duties: frozenset[str] = frozenset(DUTIES)
    day: bool | None = None
    roles: frozenset[str] = frozenset({CLERK, SUPERVISOR})
    instead: str = ""
    rare: bool = False

    @property
    def binding(self) -> str:
        """The action string that the key is bound to."""
        return f"app.desk({self.name!r})" if self.command else f"app.{self.method}"

    def offered(self, desk: Desk | None, day_open: bool = True) -> bool:
        """Whether it can be done at `desk` as it is; None: nothing is known of the desk."""
        if not self.command or desk is None:
            return not self.command
        in_time = self.day in (None, day_open) and desk.duty in self.duties
        return in_time and desk.state in self.states and self.to_do(desk)


def _desk(
    key: str,
    command: str,
    name: str,
    label: str,
    states: tuple[str, ...],
    text: str,
    to_do: Callable[[Desk], bool] = _always,
    *,
    duties: tuple[str, ...] = DUTIES,
    day: bool | None = None,
    roles: tuple[str, ...] = (CLERK,),
    instead: str = "",
    rare: bool = False,
) -> Action:
    return Action(
        name,
        key,
        # Both cases, so that Caps Lock does not lock the clerk out.
        (key, key.upper()),
        label,
        text,
        command=command,
        states=frozenset(states),
        to_do=to_do,
        duties=frozenset(duties),
        day=day,
        roles=frozenset(roles),
        instead=instead,
        rare=rare,
    )


_BOTH = (CLERK, SUPERVISOR)


NEXT = _desk(
    "n",
    "CallNext",
    "next",
    N_("Next"),
    (FREE, SERVING),
    N_("Call the number whose turn it is; whoever is being served is finished first."),
    duties=(OPEN,),
    day=True,
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
    duties=(OPEN,),
    day=True,
)
TRANSFER = _desk(
    "v",
    "Transfer",
    "transfer",
    N_("Transfer"),
    (CALLED, SERVING),
    N_("Send the number into the line of another service, of several in turn or of one desk; it keeps its turn."),
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

CALL_NUMBER = _desk(
    "m",
    "CallVisit",
    "call_number",
    N_("Call number"),
    (FREE,),
    N_("Call one number out of its turn; the reason stays on record."),
    duties=(OPEN,),
    day=True,
    roles=_BOTH,
)
OPEN_VISIT = _desk(
    "a",
    "OpenVisit",
    "open_visit",
    N_("New visit"),
    STATES,
    N_("Put a citizen in line without a card: service, class, and the appointed time if there is one."),
    day=True,
    roles=_BOTH,
)
CANCEL = _desk(
    "c",
    "CancelVisit",
    "cancel",
    N_("Cancel"),
    STATES,
    N_("End the turn of a number whose citizen does not want it any more."),
    roles=_BOTH,
)
RETURN = _desk(
    "b",
    "ReturnVisit",
    "return",
    N_("Return"),
    STATES,
    N_("Bring a number that missed its call, or is held, back into line."),
    roles=_BOTH,
)
REPLACE_CARD = _desk(
    "y",
    "ReplaceCard",
    "replace_card",
    N_("Swap card"),
    STATES,
    N_("Let another card take over the turn of a lost one, which is blocked."),
    roles=_BOTH,
    rare=True,
)
BLOCK_CARD = _desk(
    "z",
    "BlockCard",
    "block_card",
    N_("Block card"),
    STATES,
    N_("Let a lost or broken card count no more; its turn, if it has one, goes on."),
    roles=_BOTH,
    rare=True,
)
UNBLOCK_CARD = _desk(
    "j",
    "UnblockCard",
    "unblock_card",
    N_("Card found"),
    STATES,
    N_("Let a blocked card be used again."),
    roles=_BOTH,
    rare=True,
)
PAUSE_DESK = _desk(
    "p",
    "PauseDesk",
    "pause_desk",
    N_("Pause desk"),
    STATES,
    N_("The desk calls nobody for a while, for a reason that stays on record; who is there is still served."),
    duties=(OPEN,),
    roles=_BOTH,
)
OPEN_DESK = _desk(
    "o",
    "OpenDesk",
    "open_desk",
    N_("Open desk"),
    STATES,
    N_("The desk calls, from now on or again."),
    duties=(PAUSED, CLOSED),
    day=True,
    roles=_BOTH,
    instead="pause_desk",
)
CLOSE_DESK = _desk(
    "k",
    "CloseDesk",
    "close_desk",
    N_("Close desk"),
    (FREE,),
    N_("The desk calls nobody any more; who waits for it alone waits for its services again."),
    duties=(OPEN, PAUSED),
    roles=_BOTH,
)
CLOSE_DAY = _desk(
    "e",
    "CloseDay",
    "close_day",
    N_("Close day"),
    STATES,
    N_("End the day; what becomes of whom is said first."),
    day=True,
    roles=(SUPERVISOR,),
)
OPEN_DAY = _desk(
    "i",
    "OpenDay",
    "open_day",
    N_("Open day"),
    STATES,
    N_("Visits may be opened and called, from now on or again."),
    day=False,
    roles=(SUPERVISOR,),
    instead="close_day",
)
OTHER_DESK = Action(
    "other_desk",
    "w",
    ("w", "W"),
    N_("Other desk"),
    N_("Look at another desk; what is opened, paused, closed or called is of that desk."),
    method="other_desk",
    roles=frozenset({SUPERVISOR}),
)

CLERK_ACTIONS = (NEXT, RECALL, START, FINISH, NO_SHOW, HOLD, RESUME, TRANSFER, UNDO)
SHARED_ACTIONS = (CALL_NUMBER, OPEN_VISIT, CANCEL, RETURN, PAUSE_DESK, OPEN_DESK, CLOSE_DESK)
CARD_ACTIONS = (REPLACE_CARD, BLOCK_CARD, UNBLOCK_CARD)
DESK_ACTIONS = (*CLERK_ACTIONS, *SHARED_ACTIONS, CLOSE_DAY, OPEN_DAY, *CARD_ACTIONS)

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

ACTIONS = (*DESK_ACTIONS, OTHER_DESK, *APP_ACTIONS)

BY_NAME = {action.name: action for action in ACTIONS}


def can(action: Action, view: View, now_s: float) -> bool:
    """Whether `action` can be done at the desk that `view` looks at, as it is at `now_s`."""
    early = action is NO_SHOW and any(view.no_show_lacks(now_s))
    return view.role in action.roles and action.offered(view.desk, view.day_open) and not early


def offered(view: View, now_s: float) -> tuple[Action, ...]:
    """The desk actions that can be done now."""
    return tuple(action for action in DESK_ACTIONS if can(action, view, now_s))
