"""Pins what the console does while the office is out of reach: a banner, locked keys, and healing by itself."""

import pytest
from console_stage import Stage, staged
from fake_office import SITE, Clock, FakeOffice, Person

from eyes import play
from luot_controller.console.widgets.banner import Banner
from luot_controller.errors import AccessRefused, OfficeUnreachable


def office() -> FakeOffice:
    """One person waits, so that a key that is not locked would call."""
    office = FakeOffice(Clock())
    office.line = [Person(17)]
    return office


async def is_locked(stage: Stage, headline: str) -> None:
    """The banner says so, and a key is refused with the same reason and sends nothing."""
    await stage.sees(headline)
    assert stage.app.screen.query_one(Banner).region.height >= 2
    await stage.pilot.press("n")
    assert f"· {headline.capitalize()} - nothing was sent." == stage.notice()
    assert [] == stage.office.commands


async def is_healed(stage: Stage, headline: str) -> None:
    """The banner is gone and the same key calls."""
    await stage.misses(headline)
    await stage.rests()
    await stage.press("n")
    await stage.shows_at_desk("CALLED", 17)


@play
async def test_a_lost_link_locks_and_heals() -> None:
    """Cable out: banner and locked keys at once; cable in: it works again with nothing pressed."""
    async with staged(office()) as stage:
        stage.office.cut()
        await is_locked(stage, "NO CONNECTION TO THE OFFICE")
        stage.office.welcome()
        await is_healed(stage, "NO CONNECTION TO THE OFFICE")


@play
@pytest.mark.parametrize(
    ("state", "headline"), [("lost", "THE OFFICE HAS FAILED"), ("stopped", "THE OFFICE IS CLOSED")]
)
async def test_an_office_that_is_gone_locks_and_heals(state: str, headline: str) -> None:
    """The controller's last will, or its goodbye, locks the keys until it is open again."""
    async with staged(office()) as stage:
        stage.office.pulse(state)
        await is_locked(stage, headline)
        stage.office.pulse()
        await is_healed(stage, headline)


@play
async def test_silence_locks_and_heals() -> None:
    """Five seconds without a pulse, while the broker still answers: what is shown may be old."""
    async with staged(office()) as stage:
        stage.clock.now_s += 4.9
        await stage.pilot.pause(0.6)
        assert "QUIET" not in stage.text()
        stage.clock.now_s += 0.2
        await is_locked(stage, "THE OFFICE HAS GONE QUIET")
        stage.office.pulse()
        await is_healed(stage, "THE OFFICE HAS GONE QUIET")


@play
async def test_a_refused_console_says_what_to_do() -> None:
    """A wrong password is not a broken cable: the clerk is told whom to ask."""
    refused = office()
    refused.problem = AccessRefused("the broker refuses desk-1", "Copy it again.")
    async with staged(refused) as stage:
        stage.clock.now_s += 2.0
        await is_locked(stage, "THE OFFICE REFUSES THIS CONSOLE")
        assert "Ask the technician" in stage.text()
        refused.welcome()
        await is_healed(stage, "THE OFFICE REFUSES THIS CONSOLE")


@play
async def test_no_office_at_the_start_is_said_after_a_moment() -> None:
    """A console started before the office waits calmly, then says that there is no connection, then heals."""
    absent = office()
    absent.problem = OfficeUnreachable("nobody there", "Start it.")
    async with staged(absent) as stage:
        await stage.sees("connecting")
        await stage.pilot.pause(0.6)
        assert "connecting" in stage.text()
        await stage.pilot.press("n")
        assert "· Still looking for the office - nothing was sent." == stage.notice()
        stage.clock.now_s += 2.0
        await is_locked(stage, "NO CONNECTION TO THE OFFICE")
        absent.welcome()
        await is_healed(stage, "NO CONNECTION TO THE OFFICE")


@play
async def test_a_desk_that_is_not_there_names_those_that_are() -> None:
    """--desk 9 in an office with two desks: said plainly, keys locked."""
    async with staged(office(), desk="9") as stage:
        await is_locked(stage, "THERE IS NO DESK 9 HERE")
        assert "Desks of this office: 1, 2." in stage.text()


@play
async def test_who_is_next_is_asked_again_after_healing() -> None:
    """What changed while the office was out of reach is on the screen when it is back."""
    async with staged(office()) as stage:
        assert "number 17" in stage.text()
        stage.office.cut()
        await stage.sees("NO CONNECTION")
        stage.office.line = [Person(8)]
        stage.office.welcome()
        await stage.sees("number 8")


@play
async def test_who_is_next_is_asked_after_a_silence() -> None:
    """A pulse that ends a silence brings no news of the lines; the question is asked all the same."""
    async with staged(office()) as stage:
        stage.clock.now_s += 6.0
        await stage.sees("THE OFFICE HAS GONE QUIET")
        asked = len(stage.office.asks)
        stage.office.line = [Person(8)]
        stage.office.pulse()
        await stage.sees("number 8")
        assert asked + 1 == len(stage.office.asks)


@play
async def test_a_change_during_a_question_asks_again() -> None:
    """An answer that was overtaken by a change is not the last word."""
    async with staged(office()) as stage:
        stage.office.ask_gate.clear()
        stage.office.say_service("ho-tich")
        await stage.until(lambda: len(stage.office.asks) == 2, "the question")
        stage.office.arrive(Person(3, rank_ms=0))
        await stage.until(lambda: stage.app.view.lines["ho-tich"].waiting == 2, "the change")
        stage.office.ask_gate.set()
        await stage.sees("number 3")


@play
async def test_an_unanswered_question_is_asked_again() -> None:
    """No answer to `next` empties the card instead of showing an old name, and the question comes again."""
    async with staged(office()) as stage:
        stage.office.problem = OfficeUnreachable("busy", "")
        stage.office.say_service("ho-tich")
        await stage.until(lambda: not stage.app.view.upcoming_known, "the old answer forgotten")
        assert "number 17" not in stage.text()
        stage.office.problem = None
        await stage.sees("number 17")


@play
async def test_a_burst_of_changes_is_one_question() -> None:
    """Twenty changes within a tenth of a second are answered by one question, or two when they straddle it."""
    async with staged(office()) as stage:
        before = len(stage.office.asks)
        for _ in range(20):
            stage.office.say_service("ho-tich")
        await stage.until(lambda: len(stage.office.asks) > before, "a question")
        await stage.pilot.pause(0.3)
        assert len(stage.office.asks) - before <= 2


@play
async def test_a_restored_office_with_a_higher_epoch_is_believed() -> None:
    """After a restore versions begin lower; the reply to a key still brings the desk up to date."""
    async with staged(FakeOffice(Clock(), SITE)) as stage:
        stage.office.epoch, stage.office.desks["1"].version = 2, 0
        stage.office.say_desk("1")
        await stage.until(lambda: stage.app.view.desk is not None and stage.app.view.desk.stamp == (2, 0), "the desk")
        stage.office.arrive(Person(5))
        await stage.sees("number 5")
        await stage.press("n")
        await stage.shows_at_desk("CALLED", 5)
