"""Pins what each key does from each state of the desk, and that no press does too much."""

import pytest
from console_stage import staged
from fake_office import START_MS, Clock, FakeOffice, Person

from eyes import play
from luot_controller.console.actions import CLERK_ACTIONS, FREE, TRANSFER
from luot_controller.errors import OfficeUnreachable, TimedOut

STATES = ("free", "called", "serving")


def office_in(state: str) -> FakeOffice:
    """An office whose desk 1 is in `state`, with two people waiting."""
    office = FakeOffice(Clock())
    office.line = [Person(17, rank_ms=START_MS - 600_000), Person(12, rank_ms=START_MS - 300_000)]
    if state != FREE:
        desk = office.desks["1"]
        desk.state, desk.person, desk.reason, desk.version = state, Person(40), "OLDEST", 7
    return office


@play
@pytest.mark.parametrize("state", STATES)
async def test_each_key_in_each_state(state: str) -> None:
    """An offered key sends its one command with the version that is shown; any other sends nothing and says why."""
    async with staged(office_in(state)) as stage:
        office = stage.office
        for action in CLERK_ACTIONS:
            office.commands.clear()
            office.put("1", state, Person(40), held=[Person(23)], undo=True)
            version = office.desks["1"].version
            await stage.until(lambda version=version: stage.app.view.desk.version == version, "the state")
            offered = action.offered(stage.app.view.desk)
            await stage.press(action.key)
            if action is TRANSFER and offered:
                await stage.press("1")
            await stage.rests()
            sent = [(command["command"], command["desk"], command["expects"]) for command in office.commands]
            if offered:
                assert [(action.command, "1", version)] == sent
                assert stage.notice().startswith("✓")
            else:
                assert [] == sent
                assert stage.notice().startswith("· Not now. Possible: ")


@play
async def test_a_whole_visit_with_one_key_each() -> None:
    """Next, recall, start, finish: after each, the screen shows the desk as the office has it."""
    async with staged(office_in("free")) as stage:
        await stage.press("n")
        await stage.shows_at_desk("CALLED", 17)
        await stage.press("r")
        await stage.sees("recalled once")
        await stage.press("r")
        await stage.sees("recalled 2 times")
        await stage.press("s")
        await stage.shows_at_desk("SERVING", 17)
        await stage.press("f")
        await stage.sees("FREE")
        assert "✓ Number 17 is finished." == stage.notice()


@play
async def test_next_while_serving_finishes_and_calls() -> None:
    """One key for the common case: n while serving ends that visit and calls the next."""
    async with staged(office_in("serving")) as stage:
        await stage.press("n")
        await stage.shows_at_desk("CALLED", 17)
        assert ["CallNext"] == [command["command"] for command in stage.office.commands]


@play
async def test_a_double_press_calls_one() -> None:
    """Two presses before the reply: one command, and a soft word that the reply is awaited."""
    async with staged(office_in("free")) as stage:
        stage.office.gate.clear()
        await stage.pilot.press("n", "n")
        await stage.until(lambda: stage.office.commands, "a command")
        assert "· Still waiting for the reply to: n Next." == stage.notice()
        stage.office.gate.set()
        await stage.shows_at_desk("CALLED", 17)
        assert 1 == len(stage.office.commands)
        assert [12] == [person.number for person in stage.office.line]


@play
async def test_a_double_press_after_the_reply_calls_one() -> None:
    """The second of two quick presses finds the desk called, where n is not offered."""
    async with staged(office_in("free")) as stage:
        await stage.pilot.press("n")
        await stage.shows_at_desk("CALLED", 17)
        await stage.pilot.press("n")
        await stage.pilot.pause()
        assert 1 == len(stage.office.commands)


@play
async def test_a_key_held_down_is_one_press() -> None:
    """Key repeat does not recall thirty times a second; a press half a second later does recall again."""
    async with staged(office_in("called")) as stage:
        for _ in range(8):
            await stage.pilot.press("r")
            await stage.rests()
            stage.clock.now_s += 0.03
        assert 1 == len(stage.office.commands)
        stage.clock.now_s += 0.5
        await stage.pilot.press("r")
        await stage.rests()
        assert 2 == len(stage.office.commands)


@play
async def test_capital_letters_do_the_same() -> None:
    """Caps Lock does not lock the clerk out."""
    async with staged(office_in("free")) as stage:
        await stage.press("N")
        await stage.shows_at_desk("CALLED", 17)


@play
async def test_a_click_does_what_the_key_does() -> None:
    """The footer's keys can be clicked."""
    async with staged(office_in("free")) as stage:
        await stage.pilot.click("#key-next")
        await stage.shows_at_desk("CALLED", 17)


@play
async def test_a_change_by_another_hand_is_refused_as_stale() -> None:
    """When the desk changed and this screen has not heard of it, the office refuses; the reply corrects the screen."""
    async with staged(office_in("called")) as stage:
        desk = stage.office.desks["1"]
        desk.state, desk.version = "serving", desk.version + 1
        await stage.press("s")
        await stage.shows_at_desk("SERVING", 40)
        assert "! The desk had just changed, so nothing was done. Look again, then press." == stage.notice()


@play
async def test_nobody_waiting_is_said_plainly() -> None:
    """Calling on an empty line says that nobody waits; nothing else happens."""
    async with staged(FakeOffice(Clock())) as stage:
        await stage.press("n")
        await stage.until(lambda: stage.notice() == "! Nobody is waiting for this desk's services.", "the refusal")


@play
async def test_a_command_lapses_with_the_clerks_patience() -> None:
    """The command carries an office time, in scaled seconds, after which the office must not do it."""
    office = office_in("free")
    office.speed = 60.0
    async with staged(office) as stage:
        await stage.press("n")
        await stage.rests()
        assert stage.office.now_ms() + 5_000 * 60 == stage.office.commands[0]["expires_ms"]


@play
@pytest.mark.parametrize(
    ("error", "notice"),
    [
        (TimedOut("no answer"), "! No reply in time. It may have been done: look before you press again."),
        (OfficeUnreachable("gone"), "! The office could not be reached. Look before you press again."),
    ],
)
async def test_no_reply_frees_the_keys_and_says_what_to_do(error: TimedOut | OfficeUnreachable, notice: str) -> None:
    """A command without a reply leaves no lock behind: the clerk looks, and presses again."""
    async with staged(office_in("free")) as stage:
        stage.office.problem = error
        await stage.press("n")
        await stage.until(lambda: stage.notice() == notice, notice)
        stage.office.problem = None
        await stage.press("n")
        await stage.shows_at_desk("CALLED", 17)


@play
async def test_an_unknown_refusal_is_shown_with_its_code() -> None:
    """A code from a newer office is not hidden."""
    async with staged(office_in("free")) as stage:
        stage.office._decide = lambda *_: {"ok": False, "code": "paused"}  # type: ignore[method-assign]
        await stage.press("n")
        await stage.until(lambda: stage.notice() == "! The office refused that (paused). Nothing was done.", "refusal")


@play
async def test_quitting_does_not_wait_for_a_reply() -> None:
    """q leaves at once while a command is under way."""
    office = office_in("free")
    async with staged(office) as stage:
        office.gate.clear()
        await stage.press("n")
        await stage.press("q")
        await stage.until(lambda: not stage.app.is_running, "the end")
        assert not office.gate.is_set()


@play
async def test_control_c_only_says_how_to_leave() -> None:
    """A slip of the fingers does not close the desk."""
    async with staged() as stage:
        await stage.press("ctrl+c")
        assert "· Leave with q Quit." == stage.notice()
        assert stage.app.is_running
