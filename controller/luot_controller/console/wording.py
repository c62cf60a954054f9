"""The console's sentences: each state, reason and refusal in words, with what to do next. Knows no widget."""

from rich.cells import cell_len

from luot_controller.console.actions import (
    CALLED,
    FREE,
    NEXT,
    NO_SHOW,
    RESUME,
    SERVING,
    START,
    UNDO,
    Action,
    offered,
)
from luot_controller.console.state import Desk, View
from luot_controller.errors import AccessRefused, LuotError, TimedOut
from luot_controller.language import MINUTE_MS, N_, _, duration, ngettext
from luot_controller.screen.plain import cut
from luot_controller.screen.pulse import Reach

_NAME_CELLS = 20

STATES = {
    FREE: N_("Free"),
    CALLED: N_("Called"),
    SERVING: N_("Serving"),
}
"""Each state of a desk, in the order in which it passes through them."""

_AWAY = {
    Reach.CUT: (
        N_("NO CONNECTION TO THE OFFICE"),
        N_("Keys are locked. Check the network and the office's machine."),
    ),
    Reach.STALE: (
        N_("THE OFFICE HAS GONE QUIET"),
        N_("What you see may be out of date. Keys are locked until it speaks again."),
    ),
    Reach.LOST: (
        N_("THE OFFICE HAS FAILED"),
        N_("Keys are locked. It must be started again on its machine; no turn is lost."),
    ),
    Reach.STOPPED: (
        N_("THE OFFICE IS CLOSED"),
        N_("Keys are locked until it is opened again."),
    ),
    Reach.REFUSED: (
        N_("THE OFFICE REFUSES THIS CONSOLE"),
        N_("Its access file is out of date. Ask the technician to copy it here again."),
    ),
    Reach.NO_DESK: (
        N_("THERE IS NO DESK {desk} HERE"),
        N_("Desks of this office: {desks}. Leave with q and start again with one of them."),
    ),
}

_REFUSALS = {
    "stale": N_("The desk had just changed, so nothing was done. Look again, then press."),
    "nobody_waiting": N_("Nobody is waiting for this desk's services."),
    "still_called": N_("This number is still called: press {start} if the citizen is here, {no_show} if not."),
    "desk_free": N_("Nobody is at this desk any more. Press {next} to call the next number."),
    "already_serving": N_("Service has begun already, so that is no longer possible."),
    "not_called": N_("No number is called at this desk. Press {next} to call the next one."),
    "unknown_desk": N_("The office has no desk {desk}. Start the console with a desk it has."),
    "forbidden": N_("Not allowed at desk {desk}. Ask the technician for the right access file."),
    "desk_busy": N_("A number is still at this desk. Finish or hold it first, then press {resume}."),
    "not_held": N_("That number is not held any more. Look again, then press."),
    "same_service": N_("That number is in the line of this service already."),
    "unknown_service": N_("The office has no such service any more. Nothing was done."),
    "nothing_to_undo": N_("There is nothing to take back at this desk."),
    "too_late_to_undo": N_("Too late to take that back: something has come of it since."),
    "expired": N_("The office got that too late, so nothing was done. Press again."),
}


def desk_name(desk: str) -> str:
    """What a desk is called on screens."""
    return _("Desk {desk}").format(desk=desk)


def desk_state(state: str) -> str:
    """A desk's state in a word or two; one that is not known, from a newer office, as it came."""
    return _(STATES[state]) if state in STATES else state


def number_name(number: int) -> str:
    """A number as a sentence begins with it, such as `Number 17`."""
    text = _("number {number}").format(number=number)
    return text[:1].upper() + text[1:]


def at_desk(number: int, recalls: int) -> str:
    """The number at a desk, and how often it was called again."""
    text = number_name(number)
    if not recalls:
        return text
    return f"{text}, " + ngettext("recalled once", "recalled {count} times", recalls).format(count=recalls)


def held(desk: Desk, cells: int) -> str:
    """The numbers that a desk holds, closer together where they would not fit `cells`; empty when it holds none."""
    if not desk.held:
        return ""
    lines = [_("Held: {numbers}").format(numbers=gap.join(map(str, desk.held))) for gap in (", ", " ")]
    return cut(next((line for line in lines if cell_len(line) <= cells), lines[-1]), cells)


def away(view: View, reach: Reach) -> tuple[str, str] | None:
    """The banner's headline and what to do, while keys are locked; None while they are not, or not yet known."""
    if reach not in _AWAY:
        return None
    headline, advice = _AWAY[reach]
    desks = ", ".join(sorted(view.site.desks)) if view.site else ""
    return _(headline).format(desk=view.desk_id), _(advice).format(desks=desks)


def locked(view: View, reach: Reach) -> str:
    """Why a key is refused while the office is out of reach."""
    told = away(view, reach)
    headline = told[0] if told else _("STILL LOOKING FOR THE OFFICE")
    return _("{reason} - nothing was sent.").format(reason=headline.capitalize())


def not_offered(action: Action, desk: Desk | None) -> str:
    """Why a key does nothing at this desk as it is, and which do."""
    if desk is None:
        return _("The office has not yet told this desk's state. A moment, please.")
    if desk.state in action.states and action is RESUME:
        return _("This desk holds no number.")
    if desk.state in action.states and action is UNDO:
        return refusal("nothing_to_undo", "")
    keys = ", ".join(possible.key for possible in offered(desk))
    return _("Not now. Possible: {keys}.").format(keys=keys or "-")


def key_name(action: Action) -> str:
    """A key with what it does, such as `n Next`."""
    return f"{action.key} {_(action.label)}"


def pending(action: Action) -> str:
    """While a reply is awaited and another key is pressed."""
    return _("Still waiting for the reply to: {action}.").format(action=key_name(action))


def refusal(code: str, desk: str) -> str:
    """Why the office did not do it, and what to do."""
    if code in _REFUSALS:
        keys = {"next": NEXT.key, "start": START.key, "no_show": NO_SHOW.key, "resume": RESUME.key}
        return _(_REFUSALS[code]).format(desk=desk, **keys)
    return _("The office refused that ({code}). Nothing was done.").format(code=code or "?")


def unanswered(error: LuotError) -> str:
    """What to do when a command got no reply: whether it was done is not known."""
    if isinstance(error, TimedOut):
        return _("No reply in time. It may have been done: look before you press again.")
    if isinstance(error, AccessRefused):
        return _("The office refuses this console. Ask the technician for a new access file.")
    return _("The office could not be reached. Look before you press again.")


def done(action: Action, called: int | None, number: int | None, service: str = "") -> str:
    """What a key has done: `called` is the number just called, `number` the one that the key was about.

    `service` is the name of the service into whose line it went.
    """
    texts = {
        "CallNext": _("Number {called} is called.") if called is not None else _("Finished. Nobody is waiting now."),
        "Recall": _("Number {number} is called again."),
        "Start": _("Service of number {number} begins."),
        "Finish": _("Number {number} is finished."),
        "NoShow": _("Number {number} did not come. A tap of the card brings it back into line."),
        "Hold": _("Number {number} is held and keeps its turn."),
        "Resume": _("Number {number} is called back to this desk."),
        "Transfer": _("Number {number} is in the line of {service} now and keeps its turn."),
        "Undo": _("Taken back: the desk is as it was before."),
    }
    known = "?" if number is None else number
    return texts[action.command].format(called=called, number=known, service=cut(service, _NAME_CELLS))


def waited(view: View, rank_ms: int | None, now_s: float) -> str:
    """How long a number has waited; empty when that is not known."""
    at_ms = view.pulse.office_ms(now_s)
    if at_ms is None or rank_ms is None:
        return ""
    if at_ms - rank_ms < MINUTE_MS:
        return _("has just come")
    return _("waited {time}").format(time=duration(at_ms - rank_ms))


def why(view: View, reason: str, class_id: str | None, over: int | None) -> str:
    """The reason of a call in one plain sentence; `over` is the number that has waited longer."""
    if reason == "PRIORITY_WITHIN_H":
        return _priority(view, class_id, over)
    if reason == "DESK_SERVICES":
        if over is None:
            return _("Others have waited longer, but not for this desk's services.")
        return _("Number {over} has waited longer, but for a service of other desks.").format(over=over)
    texts = {
        "OLDEST": _("Has waited longest for this desk's services."),
        "RETURNED": _("Was called before, came back, and has kept its place."),
        "APPOINTMENT_DUE": _("Has an appointment, and its time has come."),
        "OVERRIDE": _("Called out of turn by a supervisor; the reason is on record."),
    }
    return texts.get(reason) or _("Reason: {code}.").format(code=reason or "?")


def _priority(view: View, class_id: str | None, over: int | None) -> str:
    head_ms = view.site.heads.get(class_id or "", 0) if view.site else 0
    if over is None:
        return _("Priority: goes ahead within the time that the rule allows.")
    if not head_ms:
        return _("Priority: goes ahead of {over}, which has waited longer.").format(over=over)
    text = _("Priority: goes ahead of {over}, which came earlier, but by no more than {time}.")
    return text.format(over=over, time=duration(head_ms))
