"""The console's sentences: each state, reason and refusal in words, with what to do next. Knows no widget."""

from collections.abc import Mapping
from typing import Any

from rich.cells import cell_len

from luot_controller.console.actions import (
    CALLED,
    CLOSED,
    FINISH,
    FREE,
    NEXT,
    NO_SHOW,
    OPEN,
    OPEN_DESK,
    PAUSED,
    RECALL,
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
from luot_controller.refusals import REFUSALS
from luot_controller.screen.fields import whole
from luot_controller.screen.plain import cut
from luot_controller.screen.pulse import Reach

_NAME_CELLS = 20

STATES = {
    FREE: N_("Free"),
    CALLED: N_("Called"),
    SERVING: N_("Serving"),
    PAUSED: N_("Paused"),
    CLOSED: N_("Closed"),
}
"""Each state and duty of a desk, in the order in which it passes through them."""

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
    "unknown_desk": N_("The office has no desk {desk}. Start the console with a desk it has."),
    "forbidden": N_("Not allowed at desk {desk}. Ask the technician for the right access file."),
    "desk_busy": N_("A number is still at this desk. Finish or hold it first, then press {resume}."),
    "not_held": N_("That number is not held any more. Look again, then press."),
    "same_service": N_("That number is in the line of this service already."),
    "unknown_service": N_("The office has no such service any more. Nothing was done."),
    "nothing_to_undo": N_("There is nothing to take back at this desk."),
    "too_late_to_undo": N_("Too late to take that back: something has come of it since."),
    "desk_paused": N_("This desk is paused. Press {open} to open it."),
    "desk_closed": N_("This desk is closed. Press {open} to open it."),
    "day_closed": N_("The day is closed; a supervisor can open it again."),
    "finish_first": N_("This office asks to finish first: press {finish}, then {next}."),
    "recall_first": N_("This office asks to recall first: press {recall}."),
    "too_soon": N_("Too soon after the last call. Wait a little, or press {recall}."),
    "being_served": N_("That number is at a desk. It must be finished or held there first."),
    "is_held": N_("That number is held. Press {resume} to call it back."),
    "at_other_desk": N_("That number is called to another desk, so only that desk can cancel it."),
    "target_closed": N_("That desk is closed, so nobody can be sent there."),
    "people_left": N_("Nothing was done: this office keeps the day open for people who are here."),
    "no_number_left": N_("No number for a visit without a card is free here."),
    "site_file_invalid": N_("The site file cannot be used, so the old one stays in force."),
    "expired": N_("The office got that too late, so nothing was done. Press again."),
}


def desk_name(desk: str) -> str:
    """What a desk is called on screens."""
    return _("Desk {desk}").format(desk=desk)


def desk_state(state: str) -> str:
    """A desk's state in a word or two; one that is not known, from a newer office, as it came."""
    return _(STATES[state]) if state in STATES else state


def off_duty(desk: Desk) -> str:
    """That a desk is paused, and why, or closed; empty while it is open."""
    if desk.duty == OPEN:
        return ""
    return f"{desk_state(desk.duty)}: {desk.why}" if desk.why else desk_state(desk.duty)


def number_name(number: int) -> str:
    """A number as a sentence begins with it, such as `Number 17`."""
    text = _("number {number}").format(number=number)
    return text[:1].upper() + text[1:]


def missed(number: int) -> str:
    """A no-show in a list."""
    return f"{number_name(number)}, " + _("did not come")


def put_aside(number: int) -> str:
    """A number in a list that a desk holds."""
    return f"{number_name(number)}, " + _("on hold")


def at_desk(number: int, recalls: int, leaving: bool = False) -> str:
    """The number at a desk, and how often it was called again, or that its card was given back."""
    text = number_name(number)
    if leaving:
        return f"{text}, " + _("card given back")
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


def not_offered(action: Action, view: View, now_s: float) -> str:
    """Why a key does nothing at this desk as it is, and which do."""
    desk = view.desk
    if desk is None:
        return _("The office has not yet told this desk's state. A moment, please.")
    if desk.state in action.states:
        if action.day is True and not view.day_open:
            return refusal("day_closed", view.desk_id)
        if desk.duty not in action.duties:
            code = f"already_{desk.duty}" if action.name == f"{_DUTY_KEYS[desk.duty]}_desk" else f"desk_{desk.duty}"
            return refusal(code, view.desk_id)
        if action is NO_SHOW:
            return too_early(*view.no_show_lacks(now_s))
        if action is RESUME:
            return _("This desk holds no number.")
        if action is UNDO:
            return refusal("nothing_to_undo", view.desk_id)
    keys = ", ".join(possible.key for possible in offered(view, now_s) if not possible.rare)
    return _("Not now. Possible: {keys}.").format(keys=keys or "-")


_DUTY_KEYS = {OPEN: "open", PAUSED: "pause", CLOSED: "close"}


def too_early(recalls: int, wait_ms: int) -> str:
    """What the site still asks for before a no-show: so many recalls, and so long a wait."""
    if recalls:
        text = ngettext(
            "Before a no-show: recall once more ({recall}).",
            "Before a no-show: recall {count} times more ({recall}).",
            recalls,
        )
        return text.format(count=recalls, recall=RECALL.key)
    return _("A no-show is possible in {seconds} s.").format(seconds=-(-wait_ms // 1000))


def key_name(action: Action) -> str:
    """A key with what it does, such as `n Next`."""
    return f"{action.key} {_(action.label)}"


def pending(action: Action) -> str:
    """While a reply is awaited and another key is pressed."""
    return _("Still waiting for the reply to: {action}.").format(action=key_name(action))


def refusal(code: str, desk: str) -> str:
    """Why the office did not do it, and what to do."""
    if code in _REFUSALS:
        keys = {
            action.name.removesuffix("_desk"): action.key
            for action in (NEXT, RECALL, START, FINISH, NO_SHOW, RESUME, OPEN_DESK)
        }
        return _(_REFUSALS[code]).format(desk=desk, **keys)
    if code in REFUSALS:
        return _("Nothing was done: {reason}.").format(reason=_(REFUSALS[code]))
    return _("The office refused that ({code}). Nothing was done.").format(code=code or "?")


def unanswered(error: LuotError) -> str:
    """What to do when a command got no reply: whether it was done is not known."""
    if isinstance(error, TimedOut):
        return _("No reply in time. It may have been done: look before you press again.")
    if isinstance(error, AccessRefused):
        return _("The office refuses this console. Ask the technician for a new access file.")
    return _("The office could not be reached. Look before you press again.")


def where(view: View, desk: Desk, action: Action, fields: Mapping[str, Any]) -> str:
    """The name of the line, the desk or the card to which a number goes with this command; empty where to none."""
    if "to_desk" in fields:
        return desk_name(fields["to_desk"])
    if "replacement" in fields:
        return str(fields["replacement"])
    following = desk.then[0] if action is FINISH and desk.then else fields.get("service")
    return view.service_name(following) if following else ""


def done(action: Action, number: int | None, where: str, reply: Mapping[str, Any]) -> str:
    """What a key has done, by the office's `reply`; `number` is the one the key was about, `where` where it goes."""
    called = reply.get("called")
    texts = {
        "CallNext": _("Number {called} is called.") if called is not None else _("Finished. Nobody is waiting now."),
        "Recall": _("Number {number} is called again."),
        "Start": _("Service of number {number} begins."),
        "Finish": _("Number {number} is done here and waits for {where} now.")
        if where
        else _("Number {number} is finished."),
        "NoShow": _("Number {number} did not come. A tap of the card brings it back into line."),
        "Hold": _("Number {number} is held and keeps its turn."),
        "Resume": _("Number {number} is called back to this desk."),
        "Transfer": _("Number {number} is in the line of {where} now and keeps its turn."),
        "Undo": _("Taken back: the desk is as it was before."),
        "CallVisit": _("Number {number} is called out of its turn; the reason is on record."),
        "OpenVisit": _("Number {opened} is in line, {ahead} ahead."),
        "CancelVisit": _("The visit of number {number} is cancelled."),
        "ReturnVisit": _("Number {number} is back in line."),
        "PauseDesk": _("The desk is paused. Press {open} to open it again."),
        "OpenDesk": _("The desk is open."),
        "CloseDesk": _("The desk is closed."),
        "CloseDay": _("Day closed: {finished} finished, {expired} expired, {kept} kept, {cards_out} cards out."),
        "ReplaceCard": _("The visit of card {number} goes on with card {replacement}."),
        "BlockCard": _("Card {number} is blocked."),
        "UnblockCard": _("Card {number} may be used again."),
        "OpenDay": _("The day is open. Each desk is still to be opened."),
    }
    closed = reply.get("closed")
    counts = {name: whole(closed if isinstance(closed, dict) else {}, name) or 0 for name in _CLOSED}
    text = texts[action.command]
    if reply.get("closes_first") is True:
        text += " " + _("It may not be served before closing.")
    return text.format(
        called=called,
        number="?" if number is None else number,
        where=cut(where, _NAME_CELLS),
        replacement=where,
        opened=reply.get("number", "?"),
        ahead=reply.get("ahead", "?"),
        open=OPEN_DESK.key,
        **counts,
    )


_CLOSED = ("finished", "expired", "kept", "cards_out")

_DAY_ENDS = {
    "expire": N_("their turns expire"),
    "finish": N_("they are counted as finished"),
    "keep": N_("they stay for tomorrow"),
    "refuse": N_("the day cannot be closed while they are here"),
}


def at_day_end(view: View) -> list[str]:
    """Who is still here, as far as a screen knows, and what closing the day does to them."""
    desks = view.desks.values()
    counts = {
        "waiting": (_("Waiting"), sum(line.waiting for line in view.lines.values())),
        "called": (_("Called"), sum(desk.state == CALLED for desk in desks)),
        "serving": (_("Serving"), sum(desk.state == SERVING for desk in desks)),
        "held": (_("Held"), sum(len(desk.held) for desk in desks)),
        "missed": (_("No-shows"), view.no_shows),
    }
    lines = []
    for state, (name, count) in counts.items():
        end = view.rules.day_end.get(state, "")
        count_text = "" if count is None else f" ({count})"
        lines.append(f"{name}{count_text}: {_(_DAY_ENDS[end]) if end in _DAY_ENDS else end or '?'}")
    lines.append(_("Desks that are free then close."))
    if view.cards_out is not None:
        text = ngettext("{count} card is not back.", "{count} cards are not back.", view.cards_out)
        lines.append(text.format(count=view.cards_out))
    return lines


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
