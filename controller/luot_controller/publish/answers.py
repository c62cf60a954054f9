"""The answers to what screens ask of the line: who is next at a desk, a page of a line, the office in short."""

from typing import Any

from luot_controller.engine.calls import next_call
from luot_controller.engine.events import DayClosed, VisitOpened
from luot_controller.engine.forecast import wait_for
from luot_controller.engine.model import Policy, State, line_of_desk
from luot_controller.publish.screens import Fields, desk_fields, message, person, wait_fields

PAGE = 10
READERS = 16
"""In one answer: each may have 400 bytes to tell, and a broker takes no more than 16 KB at a time."""


def answer(state: State, policy: Policy, ask: dict[str, Any], office: Fields) -> Fields:
    """An ANSWER message to an ASK; `office` is what only the caller knows for `status` (see messages.ANSWER)."""
    if ask["ask"] == "next":
        return _next(state, policy, ask)
    if ask["ask"] == "line":
        return _line(state, policy, ask)
    offset = max(0, ask.get("offset") or 0)
    status = {**office, "readers": office["readers"][offset : offset + READERS]}
    if not offset:
        status = {**_status(state, policy), **status}
    return {"id": ask["id"], "ok": True, "total": len(office["readers"]), "status": status}


def opened(state: State, policy: Policy, fact: VisitOpened) -> Fields:
    """What a REPLY says of the visit that was just opened: its number, and its place."""
    visit = state.visits[fact.visit]
    ahead, wait = wait_for(state, policy, visit.service, visit.entry, fact.at_ms, line=visit.line)
    return {"number": visit.number, "visit": visit.id, "ahead": ahead, **wait_fields(wait)}


def closed(fact: DayClosed) -> Fields:
    """What a REPLY says of the day that was just closed."""
    return {name: getattr(fact, name) for name in ("expired", "finished", "kept", "cards_out")}


def _next(state: State, policy: Policy, ask: dict[str, Any]) -> Fields:
    if ask.get("desk") not in policy.desk_services:
        return {"id": ask["id"], "ok": False, "code": "unknown_desk"}
    call = next_call(state, policy, ask["desk"], state.at_ms)
    if call is None:
        return {"id": ask["id"], "ok": True, "next": {}}
    who = {**person(state.visits[call.visit]), "reason": call.reason}
    if call.over is not None:
        who["over"] = call.over
    return {"id": ask["id"], "ok": True, "next": who}


def _line(state: State, policy: Policy, ask: dict[str, Any]) -> Fields:
    service, desk, offset = ask.get("service"), ask.get("desk"), max(0, ask.get("offset") or 0)
    line = service if desk is None else line_of_desk(desk)
    if line not in policy.rivals:
        return {"id": ask["id"], "ok": False, "code": "unknown_service" if desk is None else "unknown_desk"}
    entries = state.lines.page(line, offset, PAGE)
    people = [{**person(state.visits[entry[2]]), "place": offset + n} for n, entry in enumerate(entries, 1)]
    return {"id": ask["id"], "ok": True, "line": people, "total": state.lines.waiting([line])}


def _status(state: State, policy: Policy) -> Fields:
    services = [
        _short(message(state, policy, ("service", service), 0), service, "head") for service in policy.typical_ms
    ]
    desks = [_short(desk_fields(state, desk), desk) for desk in policy.desk_services]
    return {"waiting": state.lines.waiting(policy.rivals), "services": services, "desks": desks}


def _short(fields: Fields | None, of: str, *left_out: str) -> Fields:
    return {"id": of, **{key: value for key, value in (fields or {}).items() if key not in ("epoch", *left_out)}}
