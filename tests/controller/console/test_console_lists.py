"""Pins hold, resume, transfer and undo: what is sent, what the lists offer, and that leaving a list does nothing."""

from dataclasses import replace

import pytest
from console_stage import Stage, staged
from fake_office import SITE, START_MS, Clock, FakeOffice, Person

from eyes import play
from luot_controller.console.screens.choice import ChoiceScreen
from luot_controller.console.screens.desk import DeskScreen

AT_DESK = Person(40, rank_ms=START_MS - 900_000)
WAITING = Person(17)


def office_in(state: str, *held: int, undo: bool = False) -> FakeOffice:
    """An office whose desk 1 is in `state` and holds `held`, with one person waiting."""
    office = FakeOffice(Clock())
    office.line = [WAITING]
    desk = office.desks["1"]
    desk.version, desk.held = 7, [replace(AT_DESK, number=number) for number in held]
    if state != "free":
        desk.state, desk.person, desk.reason = state, AT_DESK, "OLDEST"
    desk.undo, desk.undo_line = replace(desk) if undo else None, [WAITING]
    return office


def sent(stage: Stage) -> list[tuple[str, int | str | None]]:
    """Each command that the office got, with its number or service."""
    return [(one["command"], one.get("number", one.get("service"))) for one in stage.office.commands]


async def listed(stage: Stage, title: str) -> None:
    """Wait for the list called `title`."""
    await stage.until(lambda: isinstance(stage.app.screen, ChoiceScreen), "the list")
    await stage.sees(title)


async def says(stage: Stage, notice: str) -> None:
    """Wait for the notice."""
    await stage.until(lambda: stage.notice() == notice, notice)


@play
@pytest.mark.parametrize("state", ["called", "serving"])
async def test_hold_frees_the_desk_and_the_number_is_shown(state: str) -> None:
    """h puts the number aside; the desk is free, and the number stands under it."""
    async with staged(office_in(state, 23)) as stage:
        await stage.sees("Held: 23 ")
        await stage.press("h")
        await stage.sees("FREE")
        await stage.sees("Held: 23, 40")
        assert "✓ Number 40 is held and keeps its turn." == stage.notice()
        assert [("Hold", None)] == sent(stage)


@play
async def test_the_one_held_number_is_called_back_at_once() -> None:
    """g needs no list where there is no choice; held numbers that are back at the desk are no longer shown as held."""
    async with staged(office_in("free", 23)) as stage:
        await stage.press("g")
        await stage.shows_at_desk("CALLED", 23)
        await stage.misses("Held")
        await says(stage, "✓ Number 23 is called back to this desk.")
        assert [("Resume", 23)] == sent(stage)
        assert 7 == stage.office.commands[0]["expects"]


@play
@pytest.mark.parametrize("keys", [("2",), ("down", "enter"), ("down", "down", "up", "enter"), ("end", "up", "enter")])
async def test_of_several_held_numbers_one_is_chosen(keys: tuple[str, ...]) -> None:
    """By its number key, or with arrows and Enter; the list shows them oldest first."""
    async with staged(office_in("free", 23, 6, 91)) as stage:
        await stage.press("g")
        await listed(stage, "Which number?")
        rows = [row.split("│")[1].strip() for row in stage.rows() if "Number" in row]
        assert ["1   Number 23", "2   Number 6", "3   Number 91"] == rows
        assert [] == sent(stage)
        await stage.press(*keys)
        await stage.shows_at_desk("CALLED", 6)
        assert [("Resume", 6)] == sent(stage)
        await stage.sees("Held: 23, 91")


@play
async def test_eight_held_numbers_are_all_shown() -> None:
    """As many as a desk tells of, in one line of the card and all in the list; a click chooses too."""
    async with staged(office_in("free", 17, 23, 41, 52, 63, 74, 85, 96)) as stage:
        await stage.sees("Held: 17 23 41 52 63 74 85 96")
        await stage.press("g")
        await listed(stage, "8   Number 96")
        await stage.pilot.click("#list", offset=(8, 2 + 3))
        await stage.rests()
        assert [("Resume", 52)] == sent(stage)


@play
@pytest.mark.parametrize("state", ["called", "serving"])
async def test_transfer_offers_the_other_services(state: str) -> None:
    """v lists every service but the visit's own; a number key sends it there, and the desk is free."""
    async with staged(office_in(state)) as stage:
        await stage.press("v")
        await listed(stage, "Into whose line?")
        rows = [row for row in stage.rows() if "│" in row and any(one["name"] in row for one in SITE["services"])]
        assert ["1   Chứng thực", "2   Đất đai"] == [row.split("│")[1].strip() for row in rows]
        await stage.press("2")
        await stage.sees("FREE")
        await says(stage, "✓ Number 40 is in the line of Đất đai now and keeps its turn.")
        assert [("Transfer", "dat-dai")] == sent(stage)
        assert [40, 17] == [person.number for person in stage.office.line]


@play
@pytest.mark.parametrize(("state", "key"), [("free", "g"), ("serving", "v")])
async def test_escape_leaves_a_list_and_nothing_is_sent(state: str, key: str) -> None:
    """Esc, and a number key that no line has; the desk's own keys rest while the list is open."""
    async with staged(office_in(state, 23, 6)) as stage:
        await stage.press(key, "9", "n", "f", "h", key)
        await stage.until(lambda: isinstance(stage.app.screen, ChoiceScreen), "the list")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, DeskScreen), "the desk")
        assert [] == sent(stage)
        await stage.press("1", "enter")
        assert [] == sent(stage)


@play
async def test_a_quick_choice_and_a_double_press_of_it_send_one_command() -> None:
    """v and 1 within the guard against key repeat: one command; a second 1 finds no list."""
    async with staged(office_in("serving")) as stage:
        await stage.pilot.press("v", "1", "1")
        await stage.sees("FREE")
        assert [("Transfer", "chung-thuc")] == sent(stage)


@play
@pytest.mark.parametrize(("state", "key"), [("called", "h"), ("free", "g"), ("serving", "u")])
async def test_a_double_press_sends_one_command(state: str, key: str) -> None:
    """Two presses of one key before the reply."""
    async with staged(office_in(state, 23, undo=True)) as stage:
        stage.office.gate.clear()
        await stage.pilot.press(key, key)
        await stage.until(lambda: stage.office.commands, "a command")
        assert stage.notice().startswith("· Still waiting for the reply to: ")
        stage.office.gate.set()
        await stage.rests()
        assert 1 == len(stage.office.commands)


@play
async def test_undo_takes_back_and_is_then_no_longer_offered() -> None:
    """After a hold, u brings the number back to the desk; what was taken back cannot be taken back again."""
    async with staged(office_in("serving")) as stage:
        assert not stage.app.screen.query_one("#key-undo").has_class("-offered")
        await stage.press("h")
        await stage.sees("Held: 40")
        assert stage.app.screen.query_one("#key-undo").has_class("-offered")
        await stage.press("u")
        await stage.shows_at_desk("SERVING", 40)
        await says(stage, "✓ Taken back: the desk is as it was before.")
        assert "Held" not in stage.text()
        await stage.press("u")
        assert "· There is nothing to take back at this desk." == stage.notice()
        assert [("Hold", None), ("Undo", None)] == sent(stage)


@play
async def test_resume_without_a_held_number_says_so() -> None:
    """At a free desk that holds none; at a busy one, which keys there are."""
    async with staged(office_in("free")) as stage:
        await stage.press("g")
        assert "· This desk holds no number." == stage.notice()
    async with staged(office_in("serving", 23)) as stage:
        await stage.press("g")
        assert "· Not now. Possible: n, f, h, v, a, c, b, p." == stage.notice()
        assert [] == sent(stage)


@play
async def test_an_office_with_one_service_has_nowhere_to_transfer_to() -> None:
    """No empty list is opened."""
    office = office_in("serving")
    office.site = SITE | {"services": SITE["services"][:1]}
    async with staged(office) as stage:
        await stage.press("v")
        assert "· There is no other service here." == stage.notice()
        assert isinstance(stage.app.screen, DeskScreen)


@play
async def test_a_desk_that_changed_under_the_list_is_not_touched() -> None:
    """The command expects the desk as it was when the list was opened: another hand came first, so it is refused."""
    async with staged(office_in("called")) as stage:
        await stage.press("v")
        await listed(stage, "Into whose line?")
        stage.office.put("1", "serving", Person(41))
        await stage.until(lambda: stage.app.view.desk.number == 41, "the change")
        await stage.press("1")
        await says(stage, "! The desk had just changed, so nothing was done. Look again, then press.")
        await stage.shows_at_desk("SERVING", 41)


@play
async def test_a_choice_after_the_office_is_gone_is_not_sent() -> None:
    """Nor kept for later."""
    async with staged(office_in("called")) as stage:
        await stage.press("v")
        await listed(stage, "Into whose line?")
        stage.office.cut()
        await stage.until(lambda: not stage.app.view.pulse.linked, "the cut")
        await stage.pilot.press("1")
        await stage.until(lambda: "nothing was sent" in stage.notice(), "the lock")
        assert [] == sent(stage)


@play
@pytest.mark.parametrize(
    ("state", "keys", "code", "notice"),
    [
        ("free", "g", "desk_busy", "! A number is still at this desk. Finish or hold it first, then press g."),
        ("free", "g", "not_held", "! That number is not held any more. Look again, then press."),
        ("serving", "v1", "unknown_service", "! The office has no such service any more. Nothing was done."),
        ("serving", "v1", "same_service", "! That number is in the line of this service already."),
        ("serving", "u", "nothing_to_undo", "! There is nothing to take back at this desk."),
        ("serving", "u", "too_late_to_undo", "! Too late to take that back: something has come of it since."),
        ("free", "n", "still_called", "! This number is still called: press s if the citizen is here, x if not."),
    ],
)
async def test_each_refusal_is_a_sentence(state: str, keys: str, code: str, notice: str) -> None:
    """What the office refuses is said in words, and what to do."""
    async with staged(office_in(state, 23, undo=True)) as stage:
        stage.office._decide = lambda *_, **__: {"ok": False, "code": code}  # type: ignore[method-assign]
        await stage.press(*keys)
        await says(stage, notice)


@play
async def test_hostile_names_cannot_break_a_list() -> None:
    """A service's name is one line, without markup or control characters; many services scroll."""
    services = [{"id": f"s{n}", "name": f"[red]Tên\x1b[2J {n}" + "ệ" * 90} for n in range(30)]
    office = FakeOffice(Clock(), SITE | {"services": services, "desks": [{"id": "1", "services": ["s0"]}]})
    desk = office.desks["1"]
    desk.state, desk.person = "serving", replace(AT_DESK, service="s0")
    async with staged(office) as stage:
        await stage.press("v")
        await listed(stage, "2   [red]Tên[2J 2ệ")
        assert not any(ord(char) < 32 for row in stage.rows() for char in row)
        await stage.press("end", "up", "enter")
        await stage.rests()
        assert [("Transfer", "s29")] == sent(stage)


@play
async def test_the_palette_opens_a_list_too() -> None:
    """Transfer, chosen by its name, asks into whose line as v does."""
    async with staged(office_in("serving")) as stage:
        await stage.press("ctrl+p")
        await stage.pilot.press(*"transfer")
        await stage.sees("Send the number into the line")
        await stage.pilot.press("enter")
        await listed(stage, "Into whose line?")


@play
async def test_garbage_in_held_and_undo_is_as_if_it_were_not_there() -> None:
    """Fields of the wrong kind neither show nor offer anything."""
    async with staged(office_in("free")) as stage:
        stage.office.say(
            "desk", "1", {"epoch": 1, "version": 9, "state": "free", "held": ["x", True, -4, 23, {}], "undo": 1}
        )
        await stage.sees("Held: 23 ")
        assert stage.app.view.desk is not None
        assert not stage.app.view.desk.undo
