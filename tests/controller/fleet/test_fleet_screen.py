"""The technician's screen: who comes first, what to do, and a reader that is asked to blink."""

import pytest
from fake_fleet import AT_MS, MINUTE_MS, FakeFleet, row, staged

from eyes import play
from luot_controller.errors import OfficeUnreachable


def troubled() -> FakeFleet:
    """A well one, a silent one, one without its chip, and one that nobody has set up."""
    return FakeFleet(
        entry_1=row(health={"signal_dbm": -61, "battery_mv": 3912}),
        entry_2=row(faults=["chip.absent"], health={"taps": 17, "refused": 3}),
        info_1=row("info", alerts=["reader.silent"], last_seen_ms=AT_MS - 14 * MINUTE_MS, depth=7),
        tray={"role": "dropoff", "key": False},
    )


@play
async def test_the_most_urgent_stands_first() -> None:
    """All with their figures, in order; the first is chosen, with a sentence and what to do for each finding."""
    async with staged(troubled()) as stage:
        assert ["entry-2", "info-1", "tray", "entry-1"] == stage.order()
        assert "3 readers need attention, 1 reader is well" in stage.text()
        for text in ("-61", "3.91", "14 min", "85 %", "fault", "09:41", "● connected"):
            assert text in stage.text()
        for text in ("No card chip", "Check its power and wires", "Only 85 % of the cards held to it count"):
            assert text in stage.text()
        await stage.pilot.press("down")
        await stage.sees("Not heard for 14 min")
        await stage.pilot.press("down")
        await stage.sees("luot device setup tray")
        await stage.pilot.press("down")
        await stage.sees("Nothing to do here.")


@play
async def test_the_chosen_one_stays_chosen() -> None:
    """While others move up and down around it, and while its own figures change."""
    async with staged(troubled()) as stage:
        await stage.pilot.press("down")
        await stage.sees("info-1  info")
        stage.office.say("reader", "info-1", row("info"))
        await stage.sees("2 readers need attention, 2 readers are well")
        assert "info-1  info" in stage.text()
        assert ["entry-2", "tray", "entry-1", "info-1"] == stage.order()
        stage.office.say("reader", "info-1", {})
        del stage.office.readers["info-1"]
        await stage.misses("info-1")
        assert "entry-2  entry" in stage.text()


@play
async def test_a_reader_blinks() -> None:
    """One command for one press; the reader's next report says that it has obeyed."""
    async with staged(troubled()) as stage:
        await stage.pilot.press("i", "i")
        await stage.sees("Asked entry-2 to blink")
        await stage.until(lambda: stage.office.said, "the command")
        stage.office.say("reader", "entry-2", row(faults=["chip.absent"], health={"obeyed": 5}))
        await stage.sees("entry-2 blinks")
        assert [("IdentifyReader", "entry-2")] == stage.office.said
        await stage.pilot.press("i")
        await stage.until(lambda: len(stage.office.said) == 2, "the second command")
        assert "Asked entry-2 to blink" in stage.text()


@play
async def test_a_reader_that_does_not_blink() -> None:
    """It is said after a while; the same reader can be asked again."""
    async with staged(troubled()) as stage:
        await stage.pilot.press("i")
        await stage.until(lambda: stage.office.said, "the command")
        await stage.passes(16.0)
        await stage.sees("entry-2 does not answer")
        await stage.passes(11.0)
        await stage.misses("entry-2 does not answer")
        await stage.pilot.press("i")
        await stage.until(lambda: len(stage.office.said) == 2, "the second command")


@play
async def test_an_order_that_is_refused() -> None:
    """The office's reason, or why it could not be reached, in words."""
    async with staged(troubled()) as stage:
        stage.office.reply = {"id": "1", "ok": False, "code": "reader_unheard"}
        await stage.pilot.press("i")
        await stage.sees("the office has not heard this reader since it opened")
        stage.office.reply = OfficeUnreachable("the broker is away")
        await stage.pilot.press("i")
        await stage.sees("Not sent: the broker is away")


@pytest.mark.parametrize("state", ["lost", "stopped"])
def test_old_news_is_marked(state: str) -> None:
    """A bar says that the office is away; the figures stay."""

    @play
    async def scenario() -> None:
        async with staged(troubled()) as stage:
            stage.office.pulse(state)
            await stage.sees("✕ out of reach")
            assert "The office" in stage.text()
            assert "entry-2" in stage.text()

    scenario()


@play
async def test_its_language_and_light() -> None:
    """The site's language, until a key changes it; dark or light."""
    async with staged(troubled(), language=None) as stage:
        await stage.sees("3 đầu đọc cần xử lý, 1 đầu đọc hoạt động tốt")
        await stage.sees("Không thấy chip đọc thẻ")
        await stage.pilot.press("l")
        await stage.sees("3 readers need attention")
        dark = stage.app.theme
        await stage.pilot.press("t")
        assert dark != stage.app.theme


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (60, 16)])
def test_everything_fits(size: tuple[int, int]) -> None:
    """Table, the first advice and the keys are on the screen at once; forty readers can be scrolled through.

    On a wide one the table says what is the matter with each.
    """

    @play
    async def scenario() -> None:
        async with staged(troubled(), size=size) as stage:
            assert ("q leave" in stage.text()) == (size[0] >= 80)
            assert "No card chip" in stage.text()
            assert ("Not set up yet" in stage.text()) == (size[0] >= 120)
        many = FakeFleet(**{f"entry_{n:02}": row() for n in range(40)})
        async with staged(many, size=size) as stage:
            await stage.pilot.press("ctrl+end")
            await stage.sees("entry-39  entry")

    scenario()
