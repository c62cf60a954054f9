"""Pins what is asked before a command is sent, the site's rules in words, and the supervisor's console."""

from typing import Any

import pytest
from console_stage import Stage, staged
from fake_office import SITE, START_MS, Clock, FakeOffice, Person

from eyes import play
from luot_controller.console.state import SUPERVISOR

DAY_END = {"waiting": "expire", "called": "expire", "serving": "finish", "held": "keep", "missed": "refuse"}


class Done(FakeOffice):
    """An office that does whatever it is told, and says so."""

    def _decide(self, command: str, desk_id: str, *_seen: int | None, **_more: Any) -> dict[str, Any]:
        if command == "Finish":
            self.put(desk_id, "free", Person(40))
        return {"ok": True, "called": 17, "number": 901, "ahead": 3, "closed": {"finished": 1, "expired": 4}}


def office_in(state: str, /, *, rules: dict[str, Any] | None = None, **desk: Any) -> FakeOffice:
    """Desk 1 is in `state` with number 40; `rules` are the site's, `desk` fields of the message of desk 1."""
    office = Done(Clock(), SITE | {"rules": rules or {}})
    own = office.desks["1"]
    if state != "free":
        own.state, own.person, own.reason = state, Person(40), "OLDEST"
    told = office.desk_message
    office.desk_message = lambda desk_id: told(desk_id) | (desk if desk_id == "1" else {})  # type: ignore[method-assign]
    return office


async def sent(stage: Stage) -> list[dict[str, Any]]:
    """The commands that came, without what each has."""
    await stage.rests()
    common = ("desk", "expects", "expires_ms")
    return [{name: value for name, value in one.items() if name not in common} for one in stage.office.commands]


@play
@pytest.mark.parametrize(
    ("keys", "fields"),
    [
        ("31", {"to_desk": "2", "service": "dat-dai"}),
        ("421", {"service": "dat-dai", "then": []}),
        ("4121", {"service": "chung-thuc", "then": ["ho-tich"]}),
        ("4232", {"service": "dat-dai", "then": ["chung-thuc", "ho-tich"]}),
    ],
)
async def test_a_transfer_names_one_desk_or_several_services(keys: str, fields: dict[str, Any]) -> None:
    """v, then 3 for one desk alone, 4 for several services in turn; Nothing more ends the list, and so does its end."""
    async with staged(office_in("serving")) as stage:
        await stage.press("v", *keys)
        assert [{"command": "Transfer", **fields}] == await sent(stage)


@play
async def test_a_visit_has_services_in_turn_a_class_and_an_appointed_time() -> None:
    """What is no time of day, or is past, is said on the spot and can be corrected."""
    async with staged(office_in("free")) as stage:
        await stage.press("a", "1", "3", "1", "2")
        await stage.press(*"soon", "enter")
        await stage.sees("Give the time of day, such as 9:30.")
        await stage.press(*["backspace"] * 4, *"9h30", "enter")
        await stage.sees("That time is past.")
        await stage.press(*["backspace"] * 4, *"10h30", "enter")
        fields = {"service": "ho-tich", "then": ["dat-dai"], "class": "khuyet-tat"}
        appointed_ms = START_MS + 49 * 60_000
        assert [{"command": "OpenVisit", **fields, "appointed_ms": appointed_ms}] == await sent(stage)
        assert "✓ Number 901 is in line, 3 ahead." == stage.notice()


@play
async def test_a_call_out_of_turn_needs_a_number_and_a_reason() -> None:
    """Neither can be left empty; Escape leaves, and nothing is sent."""
    async with staged(office_in("free")) as stage:
        await stage.press("m", "x", "enter")
        await stage.sees("Give a number, such as 17.")
        await stage.press("backspace", "1", "7", "enter", "enter")
        await stage.sees("This needs a reason, which stays on record.")
        await stage.press("escape")
        assert [] == await sent(stage)
        await stage.press("m", "1", "7", "enter", "i", "l", "l", "enter")
        assert [{"command": "CallVisit", "number": 17, "reason": "ill"}] == await sent(stage)


@play
async def test_a_pause_has_one_of_the_usual_reasons_or_another() -> None:
    """4 asks for it in words."""
    async with staged(office_in("free")) as stage:
        await stage.press("p", "1")
        await stage.rests()
        await stage.press("p", "4", *"fire", "enter")
        reasons = [{"command": "PauseDesk", "reason": reason} for reason in ("Short break", "fire")]
        assert reasons == await sent(stage)


@play
async def test_next_asks_before_it_finishes_where_the_site_says_so() -> None:
    """1 finishes and then calls, as two commands; Escape does neither."""
    async with staged(office_in("serving", rules={"next_finishes": False})) as stage:
        await stage.press("n")
        await stage.sees("Finish number 40?")
        await stage.press("escape")
        assert [] == await sent(stage)
        await stage.press("n", "1")
        await stage.until(lambda: len(stage.office.commands) == 2, "two commands")
        assert [{"command": "Finish"}, {"command": "CallNext"}] == await sent(stage)


@play
@pytest.mark.parametrize(
    ("rules", "desk", "notice"),
    [
        ({"recalls_before_no_show": 2}, {}, "· Before a no-show: recall 2 times more (r)."),
        ({"recalls_before_no_show": 2}, {"recalls": 1}, "· Before a no-show: recall once more (r)."),
        ({"no_show_pause_ms": 90_000}, {"called_ms": START_MS}, "· A no-show is possible in 89 s."),
        ({"no_show_pause_ms": 90_000}, {"called_ms": START_MS, "leaving": True}, "✓ Number 40 did not come."),
        ({"no_show_pause_ms": 1_000}, {"called_ms": START_MS}, "✓ Number 40 did not come."),
    ],
)
async def test_a_no_show_waits_for_what_the_site_asks(rules: dict[str, int], desk: dict[str, Any], notice: str) -> None:
    """So many recalls, so long after the last call, said with what is still missing; not for whose card is back."""
    async with staged(office_in("called", rules=rules, **desk)) as stage:
        await stage.press("x")
        await stage.rests()
        await stage.until(lambda: stage.notice().startswith(notice), notice)
        assert notice.startswith("✓") == bool(stage.office.commands)


@play
async def test_a_paused_desk_looks_paused() -> None:
    """With its reason, and what opens it; it calls nobody, and o stands where p was."""
    async with staged(office_in("free", duty="paused", why="lunch")) as stage:
        await stage.sees("PAUSED: LUNCH")
        await stage.sees("Press o to open the desk.")
        assert " o  Open desk" in stage.text()
        assert "Pause desk" not in stage.text()
        assert stage.app.screen.has_class("-off-duty")
        await stage.press("n")
        assert "· This desk is paused. Press o to open it." == stage.notice()
        assert [] == await sent(stage)


@play
async def test_whose_card_is_back_and_whose_visit_goes_on_is_said() -> None:
    """At the desk that the card was given back; after Finish, where the number waits now."""
    async with staged(office_in("serving", leaving=True, then=["dat-dai"])) as stage:
        await stage.sees("Number 40, card given back")
        await stage.press("f")
        await stage.rests()
        assert "✓ Number 40 is done here and waits for Đất đai now." == stage.notice()


@play
async def test_closing_the_day_says_what_becomes_of_whom_and_asks() -> None:
    """By the site's rules, with the people that the screen knows of; Escape leaves the day open."""
    office = office_in("serving", rules={"day_end": DAY_END}, held=[23])
    office.line = [Person(17), Person(18)]
    office.hall = {"missed": 2, "missed_head": [9, 8], "cards_out": 3}
    async with staged(office, role=SUPERVISOR) as stage:
        await stage.press("e")
        for line in (
            "Waiting (2): their turns expire",
            "Serving (1): they are counted as finished",
            "Held (1): they stay for tomorrow",
            "No-shows (2): the day cannot be closed while they are",
            "3 cards are not back.",
            " 1   Close the day",
        ):
            await stage.sees(line)
        await stage.press("escape")
        assert [] == await sent(stage)
        await stage.press("e", "1")
        assert [{"command": "CloseDay"}] == await sent(stage)
        assert "✓ Day closed: 1 finished, 4 expired, 0 kept, 0 cards out." == stage.notice()


@play
async def test_a_supervisor_speaks_to_any_desk() -> None:
    """w looks at another desk; what is said then is said to that one, and the clerk's own keys are not there."""
    async with staged(office_in("free"), role=SUPERVISOR) as stage:
        assert " n  Next" not in stage.text()
        await stage.press("w", "2")
        await stage.sees("Desk 2")
        await stage.press("p", "1")
        await stage.rests()
        assert [("PauseDesk", "2")] == [(one["command"], one["desk"]) for one in stage.office.commands]
        await stage.press("n", "s", "f")
        assert 1 == len(stage.office.commands)
