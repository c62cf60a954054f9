"""What an action needs to know before it is sent, as dialogs in turn; shows and sends nothing itself.

Each is a generator: it gives one dialog after another, is sent what was chosen, and returns the command's fields.
"""

import re
from collections.abc import Callable, Generator
from datetime import datetime, tzinfo
from typing import Any

from textual.screen import ModalScreen

from luot_controller.console import wording
from luot_controller.console.actions import (
    BLOCK_CARD,
    CALL_NUMBER,
    CANCEL,
    CLOSE_DAY,
    NEXT,
    OPEN_VISIT,
    PAUSE_DESK,
    REPLACE_CARD,
    RESUME,
    RETURN,
    SERVING,
    TRANSFER,
    UNBLOCK_CARD,
    Action,
)
from luot_controller.console.screens.choice import ChoiceScreen
from luot_controller.console.screens.confirm import ConfirmScreen
from luot_controller.console.screens.prompt import PromptScreen
from luot_controller.console.state import View
from luot_controller.language import N_, _

Fields = dict[str, Any]
Questions = Generator[ModalScreen[str | None], str, Fields]

MOST_SERVICES = 8
"""Of one visit; the engine takes no more."""

PAUSES = (N_("Short break"), N_("Work on papers"), N_("Called away"))
"""The usual reasons for a pause; any other can be typed."""

# What no id can be: ids are made of a-z, 0-9 and the hyphen.
_DESK, _SEVERAL, _DONE, _OTHER = "+desk", "+several", "+done", "+other"


def questions(action: Action, view: View, now_s: float, zone: tzinfo | None) -> Questions:
    """The dialogs of `action` at the desk that `view` looks at."""
    if action is OPEN_VISIT:
        return _open_visit(view, now_s, zone)
    return _ASKED.get(action.name, _nothing)(view)


def _nothing(_view: View) -> Questions:
    return {}
    yield


def _next(view: View) -> Questions:
    desk = view.desk
    if desk is not None and desk.state == SERVING and not view.rules.next_finishes:
        title = _("Finish number {number}?").format(number=desk.number)
        yield ConfirmScreen(title, [_("This office asks before the next is called.")], _("Finish it, call the next"))
        return {"finish": True}
    return {}


def _resume(view: View) -> Questions:
    held = view.desk.held if view.desk else ()
    if len(held) == 1:
        return {"number": held[0]}
    number = yield ChoiceScreen(_("Which number?"), {str(number): wording.number_name(number) for number in held})
    return {"number": int(number)}


def _transfer(view: View) -> Questions:
    services, desks = view.other_services(), view.other_desks()
    choices = dict(services)
    if desks:
        choices[_DESK] = _("To one desk alone")
    if len(services) > 1:
        choices[_SEVERAL] = _("To several services in turn")
    chosen = yield ChoiceScreen(_("Into whose line?"), choices)
    if chosen == _SEVERAL:
        first = yield ChoiceScreen(_("Which service first?"), services)
        return {"service": first, "then": (yield from _then(view, [first]))}
    if chosen != _DESK:
        return {"service": chosen}
    names = {desk: wording.desk_name(desk) for desk in desks}
    to_desk = yield ChoiceScreen(_("To which desk?"), names)
    served = {service: view.service_name(service) for service in desks[to_desk]}
    if len(served) == 1:
        return {"to_desk": to_desk, "service": next(iter(served))}
    return {"to_desk": to_desk, "service": (yield ChoiceScreen(_("For which service?"), served))}


def _then(view: View, chosen: list[str]) -> Generator[ModalScreen[str | None], str, list[str]]:
    """The services that follow those `chosen`."""
    first = len(chosen)
    while len(chosen) < MOST_SERVICES:
        left = {service: view.service_name(service) for service in view.services() if service not in chosen}
        if not left:
            break
        service = yield ChoiceScreen(_("And after that?"), {_DONE: _("Nothing more")} | left)
        if service == _DONE:
            break
        chosen.append(service)
    return chosen[first:]


def _open_visit(view: View, now_s: float, zone: tzinfo | None) -> Questions:
    services, classes = view.services(), view.site.classes if view.site else {}
    service = yield ChoiceScreen(_("For which service?"), services)
    then = yield from _then(view, [service])
    class_id = yield ChoiceScreen(_("In which class?"), classes)
    hint = _("Such as 9:30. Without an appointment leave it empty.")
    now_ms = view.pulse.office_ms(now_s) or 0

    def wrong(text: str) -> str:
        at_ms = _today(text, now_ms, zone) if text else now_ms
        if at_ms is None:
            return _("Give the time of day, such as 9:30.")
        return _("That time is past.") if at_ms < now_ms else ""

    time = yield PromptScreen(_("Appointed at what time?"), hint, wrong)
    fields: Fields = {"service": service, "class": class_id}
    if then:
        fields["then"] = then
    return fields | ({"appointed_ms": _today(time, now_ms, zone)} if time else {})


def _call_number(_view: View) -> Questions:
    number = yield _number(_("Call which number?"))
    return {"number": int(number), "reason": (yield _reason(_("Why out of its turn?")))}


def _cancel(view: View) -> Questions:
    called = view.desk.number if view.desk and view.desk.state == "called" else None
    number = yield _number(_("Cancel which number?"), "" if called is None else str(called))
    reason = yield PromptScreen(_("Why?"), _("It stays on record; it may be left empty."), lambda _text: "")
    return {"number": int(number)} | ({"reason": reason} if reason else {})


def _return(view: View) -> Questions:
    title = _("Bring which number back into line?")
    away = {str(number): wording.missed(number) for number in view.missed}
    away |= {str(number): wording.put_aside(number) for number in (view.desk.held if view.desk else ())}
    number = (yield ChoiceScreen(title, away | {_OTHER: _("Another number")})) if away else _OTHER
    return {"number": int((yield _number(title)) if number == _OTHER else number)}


def _replace_card(view: View) -> Questions:
    here = view.desk.number if view.desk else None
    number = yield _card(_("Which card is lost?"), "" if here is None else str(here))
    return {"number": int(number), "replacement": int((yield _card(_("Which card takes its place?"))))}


def _block_card(_view: View) -> Questions:
    number = yield _card(_("Block which card?"))
    reason = yield PromptScreen(_("Why?"), _("It stays on record; it may be left empty."), lambda _text: "")
    return {"number": int(number)} | ({"reason": reason} if reason else {})


def _unblock_card(_view: View) -> Questions:
    return {"number": int((yield _card(_("Which card is found?"))))}


def _pause(_view: View) -> Questions:
    reasons = {_(reason): _(reason) for reason in PAUSES}
    reason = yield ChoiceScreen(_("Why does the desk pause?"), reasons | {_OTHER: _("Another reason")})
    return {"reason": (yield _reason(_("Why does the desk pause?"))) if reason == _OTHER else reason}


def _close_day(view: View) -> Questions:
    yield ConfirmScreen(_("Close the day?"), wording.at_day_end(view), _("Close the day"))
    return {}


_ASKED: dict[str, Callable[[View], Questions]] = {
    NEXT.name: _next,
    RESUME.name: _resume,
    TRANSFER.name: _transfer,
    CALL_NUMBER.name: _call_number,
    CANCEL.name: _cancel,
    RETURN.name: _return,
    REPLACE_CARD.name: _replace_card,
    BLOCK_CARD.name: _block_card,
    UNBLOCK_CARD.name: _unblock_card,
    PAUSE_DESK.name: _pause,
    CLOSE_DAY.name: _close_day,
}


def _number(title: str, value: str = "") -> PromptScreen:
    return PromptScreen(title, _("The number of the card, or of the visit without one."), _no_number, value)


def _card(title: str, value: str = "") -> PromptScreen:
    return PromptScreen(title, _("The number on the card."), _no_number, value)


def _no_number(text: str) -> str:
    is_number = text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0
    return "" if is_number else _("Give a number, such as 17.")


def _reason(title: str) -> PromptScreen:
    return PromptScreen(
        title, _("It stays on record."), lambda text: "" if text else _("This needs a reason, which stays on record.")
    )


def _today(time_of_day: str, now_ms: int, zone: tzinfo | None) -> int | None:
    """Office ms of a time of the office's day, such as 9:30, 09.30 or 9h30; None for what is none."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.hH]([0-5][0-9])", time_of_day, re.ASCII)
    if found is None:
        return None
    hour, minute = map(int, found.groups())
    day = datetime.fromtimestamp(now_ms / 1000, zone)
    return int(day.replace(hour=hour, minute=minute, second=0, microsecond=0).timestamp() * 1000)
