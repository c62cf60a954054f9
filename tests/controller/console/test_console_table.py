"""Drives every command from every state in which the engine's table has it legal, against the real engine."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from console_stage import Stage, staged
from rig_office import RigOffice

import offices
from eyes import play
from luot_controller.console.actions import BY_NAME, DESK_ACTIONS, DUTIES, STATES, Action, offered
from luot_controller.console.state import CLERK, SUPERVISOR
from luot_controller.console.widgets.keys import Key
from luot_controller.engine import commands
from luot_controller.engine.model import Duty, VisitState
from luot_controller.engine.transitions import TABLE, Does, Rule, Subject
from luot_controller.ingest.keys import RIGHTS

NUMBERS = "\n[numbers]\nfirst = 901\nlast = 950\n"
PAPERS, LAND = "papers", "land"
HELD, WAITING, BLOCKED = 4, 7, 30

ANSWERS: dict[str, Sequence[str]] = {
    "transfer": ("1",),
    "call_number": (str(WAITING), "enter", *"why", "enter"),
    "open_visit": ("1", "1", "1", "enter"),
    "cancel": (str(WAITING), "enter", "enter"),
    "return": ("1",),
    "replace_card": (str(WAITING), "enter", "9", "enter"),
    "block_card": ("9", "enter", "enter"),
    "unblock_card": (*str(BLOCKED), "enter"),
    "pause_desk": ("1",),
    "close_day": ("1",),
}
"""What is pressed after the key."""


def rule(action: Action) -> Rule:
    """The engine's, for what an action sends."""
    return TABLE[getattr(commands, action.command)]


def states(action: Action) -> set[str]:
    """The states of a desk in which the engine does not refuse outright."""
    found = rule(action)
    if found.subject is Subject.DESK:
        return {
            "free" if state is None else state.value for state, cell in found.cells.items() if isinstance(cell, Does)
        }
    return {"free"} if found.busy else set(STATES)


@pytest.mark.parametrize("action", DESK_ACTIONS, ids=lambda action: action.name)
def test_the_registry_says_what_the_engines_table_says(action: Action) -> None:
    """States and duties of the desk, the day, and who may: a rule that changes in the engine changes here."""
    found = rule(action)
    assert states(action) == action.states
    assert set(DUTIES) - {duty.value for duty in found.duty} == action.duties
    assert ({True, False} - found.day.keys()) == ({action.day} if action.day is not None else {True, False})
    allowed = {role for role in (CLERK, SUPERVISOR) if action.command in RIGHTS[role]}
    assert allowed == action.roles


CASES = [
    (action.name, state, duty)
    for action in DESK_ACTIONS
    if action.day is not False
    for state in STATES
    for duty in DUTIES
    if state in states(action) and duty in action.duties and (state == "free" or duty != "closed")
    # What the desk did before its pause, cannot be taken back.
    if action.name != "undo" or duty == "open"
]


def office_in(folder: Path, state: str, duty: str = "open", sender: str = "desk-1") -> RigOffice:
    """Number 4 is held by desk 1, 6 and 7 wait, and 5 is at the desk, or waits too."""
    office = RigOffice(folder, sender)
    office.do(lambda: bring(office.rig, state, duty))
    return office


def bring(rig: offices.Rig, state: str, duty: str) -> None:
    """Bring desk 1 there."""
    rig.tap(HELD)
    for command in ("CallNext", "Hold"):
        assert rig.command(command)["ok"]
    for number in (5, 6, WAITING):
        rig.tap(number)
    assert rig.supervise("BlockCard", number=BLOCKED)["ok"]
    for command in {"free": (), "called": ("CallNext",), "serving": ("CallNext", "Start")}[state]:
        assert rig.command(command)["ok"]
    if duty == "closed":
        assert rig.command("CloseDesk")["ok"]
    elif duty == "paused":
        assert rig.command("PauseDesk", reason="lunch")["ok"]


@pytest.fixture(autouse=True)
def numbers_without_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A range for visits without a card."""
    monkeypatch.setattr(offices, "SITE_TOML", offices.SITE_TOML + NUMBERS)


@play
async def test_who_did_not_come_is_chosen_from_a_list(tmp_path: Path) -> None:
    """The latest first, then those held here, by the number key of their place; any other can be typed."""
    office = office_in(tmp_path, "free")
    office.do(lambda: more_numbers(office.rig))
    async with staged(office) as stage:  # type: ignore[arg-type]
        await stage.press("b")
        for line in (" 1   Number 8, did not come", " 2   Number 4, on hold", " 3   Another number"):
            await stage.sees(line)
        await stage.press("1")
        await stage.rests()
        assert "✓ Number 8 is back in line." == stage.notice()
        await stage.until(lambda: not stage.app.view.missed, "the list to be empty")


@play
async def test_a_lost_card_is_swapped(tmp_path: Path) -> None:
    """The number at the desk is there to be taken; the other card goes on in its place."""
    office = office_in(tmp_path, "serving")
    async with staged(office) as stage:  # type: ignore[arg-type]
        await stage.press("y", "enter", "9", "enter")
        await stage.rests()
        assert ["ReplaceCard"] == [said["command"] for said in office.commands]
        assert "✓ The visit of card 5 goes on with card 9." == stage.notice()
        await stage.press("z", "5", "enter", "enter")
        await stage.rests()
        assert stage.notice().startswith("! Nothing was done")


async def keyed(stage: Stage, action: Action) -> None:
    """Press the key, answer what is asked, and wait for the reply."""
    await stage.press(action.key, *ANSWERS.get(action.name, ()))
    await stage.rests()


@play
@pytest.mark.parametrize(("name", "state", "duty"), CASES)
async def test_each_command_is_done_from_each_state_it_is_legal_in(
    tmp_path: Path, name: str, state: str, duty: str
) -> None:
    """Offered, done by the real engine with its one key and its answers, and said in words."""
    action = BY_NAME[name]
    role = CLERK if CLERK in action.roles else SUPERVISOR
    office = office_in(tmp_path, state, duty, "desk-1" if role == CLERK else SUPERVISOR)
    async with staged(office, role=role) as stage:  # type: ignore[arg-type]
        assert action in offered(stage.app.view, stage.clock.now_s)
        assert action.rare or stage.app.screen.query_one(f"#key-{name}", Key).has_class("-offered")
        await keyed(stage, action)
        assert [(action.command, True)] == [
            (said["command"], reply["ok"]) for said, reply in zip(office.commands, office.replies, strict=True)
        ]
        assert stage.notice().startswith("✓")


@play
@pytest.mark.parametrize("role", [CLERK, SUPERVISOR])
@pytest.mark.parametrize(
    ("state", "duty"), [(state, duty) for state in STATES for duty in DUTIES if state == "free" or duty != "closed"]
)
async def test_what_is_not_legal_is_not_offered_and_sends_nothing(
    tmp_path: Path, role: str, state: str, duty: str
) -> None:
    """At each desk as it can be: exactly what the engine takes is offered; another key says why it does nothing."""
    office = office_in(tmp_path, state, duty, "desk-1" if role == CLERK else SUPERVISOR)
    async with staged(office, role=role) as stage:  # type: ignore[arg-type]
        now = offered(stage.app.view, stage.clock.now_s)
        legal = {
            action.name
            for action in DESK_ACTIONS
            if action.command in RIGHTS[role] and state in states(action)
            if Duty(duty) not in rule(action).duty and True not in rule(action).day
        }
        assert legal - ({"undo"} if duty != "open" else set()) == {action.name for action in now}
        for action in set(DESK_ACTIONS) - set(now):
            await stage.press(action.key)
            mine = role in action.roles
            assert not mine or stage.notice().startswith(("·", "!")), action.name
        assert [] == office.commands


@play
@pytest.mark.parametrize("name", ["next", "resume", "call_number", "open_visit", "open_desk", "close_day"])
async def test_on_a_closed_day_what_needs_an_open_one_is_not_offered(tmp_path: Path, name: str) -> None:
    """A supervisor opens the day again with one key; until then the rest says that the day is closed."""
    office = office_in(tmp_path, "free", sender=SUPERVISOR)
    assert office.do(lambda: office.rig.supervise("CloseDay"))["ok"]
    async with staged(office, role=SUPERVISOR) as stage:  # type: ignore[arg-type]
        assert name not in {action.name for action in offered(stage.app.view, stage.clock.now_s)}
        await stage.press(BY_NAME[name].key)
        assert [] == office.commands
        await stage.press("i")
        await stage.rests()
        assert "✓ The day is open. Each desk is still to be opened." == stage.notice()


NUMBERED = {"call_number": "m", "cancel": "c", "return": "b"}
AT = {VisitState.WAITING: 7, VisitState.HELD: 4, VisitState.MISSED: 8, VisitState.SERVING: 9, VisitState.FINISHED: 10}
"""A number in each state, in the office of the next test."""


def more_numbers(rig: offices.Rig) -> None:
    """By way of desk 2."""
    for number, said in ((8, "NoShow"), (10, "Finish"), (9, "Start")):
        rig.tap(number)
        assert rig.command("CallVisit", "2", number=number, reason="test")["ok"]
        assert rig.command(said, "2")["ok"]


@play
@pytest.mark.parametrize("name", list(NUMBERED))
@pytest.mark.parametrize("state", [*AT, None])
async def test_a_number_is_dealt_with_or_refused_in_words_as_the_table_has_it(
    tmp_path: Path, name: str, state: VisitState | None
) -> None:
    """For a number in each state: done where its cell is legal, else the engine's refusal as a sentence."""
    office = office_in(tmp_path, "free")
    office.do(lambda: more_numbers(office.rig))
    number = 33 if state is None else AT[state]
    cell = rule(BY_NAME[name]).cells[state]
    async with staged(office) as stage:  # type: ignore[arg-type]
        more = ("w", "h", "y", "enter") if name == "call_number" else () if name == "return" else ("enter",)
        # Of return's list, 8 did not come, 4 is held, and the third is a number to be typed.
        await stage.press(NUMBERED[name], *(("3",) if name == "return" else ()), *str(number), "enter", *more)
        await stage.rests()
        assert isinstance(cell, Does) == office.replies[-1]["ok"]
        assert stage.notice().startswith("✓" if isinstance(cell, Does) else "! ")
        assert "(" not in stage.notice()
