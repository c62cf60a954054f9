"""Pins that old news cannot be taken for new: a bar nobody can miss, what was known kept and marked, and healing."""

import pytest
from board_stage import Stage, staged
from fake_hall import FakeHall, call

from eyes import play
from luot_controller.board.widgets.banner import Banner
from luot_controller.errors import AccessRefused, OfficeUnreachable

SIZES = [(80, 24), (120, 36), (200, 60)]
OLD = "OLD NEWS, AS OF"


def hall() -> FakeHall:
    """One number called, and one that waits."""
    hall = FakeHall()
    hall.calls = [call(17, "3", 2)]
    hall.lines = {"ho-tich": (1, 5, 10)}
    return hall


async def is_old(stage: Stage, reason: str) -> None:
    """The bar says since when and why; the call is still there, but nobody is sent by it, and nothing looks new."""
    await stage.sees(OLD)
    assert reason in stage.text()
    assert "Please ask at a desk." in stage.text()
    assert stage.app.screen.query_one(Banner).region.height >= 2
    await stage.sees_call(17, "3")
    assert "WAS CALLED" in stage.text()
    assert "NOW CALLED" not in stage.text()
    assert 0 == len(stage.app.screen.query(".-fresh"))


async def is_healed(stage: Stage) -> None:
    """The bar has gone and the call is one again."""
    await stage.misses("OLD NEWS")
    assert "NOW CALLED" in stage.text()
    assert not stage.app.screen.query_one(Banner).display


@play
@pytest.mark.parametrize("size", SIZES)
async def test_silence_is_seen_and_heals(size: tuple[int, int]) -> None:
    """Five seconds without a pulse, while the broker still answers."""
    async with staged(hall(), size=size) as stage:
        await stage.passes(4.9, silently=True)
        assert "OLD NEWS" not in stage.text()
        await stage.passes(0.2, silently=True)
        await is_old(stage, "The office has gone quiet.")
        stage.hall.pulse()
        await is_healed(stage)


@play
async def test_silence_is_seen_without_anything_happening() -> None:
    """The board looks at the clock by itself."""
    async with staged(hall(), tick_s=0.05) as stage:
        stage.clock.now_s += 5.1
        await stage.sees(OLD)


@play
@pytest.mark.parametrize("size", SIZES)
async def test_a_lost_link_is_seen_and_heals(size: tuple[int, int]) -> None:
    """Cable out: at once; cable in: by itself."""
    async with staged(hall(), size=size) as stage:
        stage.hall.cut()
        await is_old(stage, "No connection to the office.")
        stage.hall.welcome()
        await is_healed(stage)


@play
@pytest.mark.parametrize(
    ("state", "reason"), [("lost", "The office has failed."), ("stopped", "The office is closed.")]
)
async def test_an_office_that_is_gone_is_seen_and_heals(state: str, reason: str) -> None:
    """Its last will, or its goodbye."""
    async with staged(hall()) as stage:
        stage.hall.pulse(state)
        await is_old(stage, reason)
        stage.hall.pulse()
        await is_healed(stage)


@play
async def test_no_office_at_the_start_is_said_after_a_moment() -> None:
    """A board that is switched on first waits calmly, then says that it knows nothing, then shows the office."""
    absent = hall()
    absent.problem = OfficeUnreachable("nobody there", "Start it.")
    async with staged(absent) as stage:
        await stage.sees("Waiting for the office")
        assert "--:--" in stage.text()
        assert "KNOWN" not in stage.text()
        await stage.passes(2.0, silently=True)
        await stage.sees("NOTHING KNOWN YET")
        assert "No connection to the office." in stage.text()
        absent.welcome()
        await stage.sees_call(17, "3")
        await is_healed(stage)


@play
async def test_a_refused_board_says_why() -> None:
    """A wrong password is not a broken cable."""
    refused = hall()
    refused.problem = AccessRefused("the broker refuses watch", "Copy it again.")
    async with staged(refused) as stage:
        await stage.passes(2.0, silently=True)
        await stage.sees("The office refuses this screen.")


@play
async def test_old_news_says_how_old() -> None:
    """The time of the last word, while the clock goes on."""
    async with staged(hall()) as stage:
        await stage.passes(15 * 60, silently=True)
        await stage.sees(f"{OLD} 09:41")
        assert stage.rows()[0].rstrip().endswith("09:56")


@play
async def test_what_was_called_meanwhile_is_new_when_it_is_back() -> None:
    """Nobody in the hall has seen it."""
    async with staged(hall()) as stage:
        stage.hall.cut()
        await stage.sees(OLD)
        stage.hall.calls.insert(0, call(40, "1"))
        stage.hall.welcome()
        await stage.sees_call(40, "1")
        assert 1 == len(stage.app.screen.query(".-fresh"))
        assert stage.height_of(40, "1") > stage.height_of(17, "3")


@play
async def test_nobody_is_sent_to_a_reader_that_cannot_answer() -> None:
    """While the office is away the line at the foot says that nothing is lost."""
    async with staged(hall()) as stage:
        stage.hall.cut()
        await stage.sees(OLD)
        seen = set()
        for _ in range(2):
            seen.add(stage.rows()[-1].strip())
            await stage.passes(8, silently=True)
        assert "No turn is lost: your place in line is kept" in seen
        assert not any("Touch your card" in text for text in seen)


@play
async def test_a_call_that_comes_while_the_pulse_is_silent_is_shown() -> None:
    """The board believes what it hears, and still says that the office does not answer."""
    async with staged(hall()) as stage:
        await stage.passes(6, silently=True)
        await stage.sees(OLD)
        stage.hall.calls_number(40, "1")
        await stage.sees_call(40, "1")
        assert OLD in stage.text()
