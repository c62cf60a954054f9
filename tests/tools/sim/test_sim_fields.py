"""luot_tools.sim.fields: one card at a time in a reader's field, and each person gets the answer to the own tap."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hall_parts import FakeReader, reader_at

from luot_tools.sim import fields
from luot_tools.sim.fields import Field, Fields, TapId

Play = Callable[[Field, FakeReader], Coroutine[Any, Any, None]]


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """People of flesh and blood are slower."""
    monkeypatch.setattr(fields, "HEARD_WITHIN_S", 0.3)
    monkeypatch.setattr(fields, "AGAIN_AFTER_S", 0.02)
    monkeypatch.setattr(fields, "BETWEEN_CARDS_S", 0.01)


def with_reader(play: Play) -> None:
    """Play with one reader that has come."""

    async def run() -> None:
        async with Fields(["entry-1"]) as hall, reader_at(hall, "entry-1") as reader:
            await play(hall.by_reader["entry-1"], reader)

    asyncio.run(run())


def test_a_card_is_laid_down_and_taken_away() -> None:
    """The reader sees the UID, then an empty field; the button is named only when one is pressed."""

    async def play(field: Field, reader: FakeReader) -> None:
        assert TapId(1, 1) == await field.tap("04aa", hold_s=0.05)
        assert TapId(1, 2) == await field.tap("04bb", button=1, hold_s=0.05)
        while len(reader.got) < 4:
            await asyncio.sleep(0.01)
        assert [{"uid": "04aa"}, {"uid": None}, {"uid": "04bb", "button": 1}, {"uid": None}] == reader.got

    with_reader(play)


def test_the_card_is_held_for_its_time() -> None:
    """Not only until the reader has it: people are slower than readers."""

    async def play(field: Field, _reader: FakeReader) -> None:
        began = asyncio.get_running_loop().time()
        await field.tap("04aa", hold_s=0.2)
        assert asyncio.get_running_loop().time() - began >= 0.2

    with_reader(play)


def test_one_person_at_a_time() -> None:
    """Whoever comes meanwhile queues: never two cards in the field."""

    async def play(field: Field, reader: FakeReader) -> None:
        taps = [asyncio.create_task(field.tap(f"04a{n}", hold_s=0.05)) for n in range(3)]
        await asyncio.sleep(0)
        assert 3 == field.queue
        assert [TapId(1, 1), TapId(1, 2), TapId(1, 3)] == [await tap for tap in taps]
        assert 0 == field.queue
        uids = [line["uid"] for line in reader.got]
        assert ["04a0", None, "04a1", None, "04a2"] == uids[:5]

    with_reader(play)


def test_each_gets_the_answer_to_the_own_tap() -> None:
    """Receipts may come in another order than the taps."""

    async def play(field: Field, reader: FakeReader) -> None:
        reader.answer = None
        first, second = await field.tap("04aa", hold_s=0), await field.tap("04bb", hold_s=0)
        assert first is not None
        assert second is not None
        reader.show({"show": "opened", "number": 2, **second._asdict()})
        reader.show({"show": "opened", "number": 1, **first._asdict()})
        answer = await field.answer(first, 5)
        assert answer is not None
        assert 1 == answer["number"]
        answer = await field.answer(second, 5)
        assert answer is not None
        assert 2 == answer["number"]

    with_reader(play)


def test_an_answer_may_not_come() -> None:
    """People do not stand there for ever; a receipt that comes later finds nobody, and that is all."""

    async def play(field: Field, reader: FakeReader) -> None:
        reader.answer = None
        tap = await field.tap("04aa", hold_s=0)
        assert tap is not None
        assert None is await field.answer(tap, 0.05)
        reader.show({"show": "opened", "late": True, **tap._asdict()})
        assert await field.tap("04bb", hold_s=0) is not None

    with_reader(play)


def test_whoever_is_called_away_while_the_reader_answers_goes() -> None:
    """A cancellation in the very moment of the reader's word is not forgotten: else the hall would never be empty."""

    async def play(field: Field, reader: FakeReader) -> None:
        reader.run_out_of_words()
        tapping = asyncio.create_task(field.tap("04aa", hold_s=0))
        while not reader.got:
            await asyncio.sleep(0.01)
        field.take({"show": "heard", "boot": 1, "seq": 1})
        tapping.cancel()
        await asyncio.wait((tapping,), timeout=5)
        assert tapping.cancelled()

    with_reader(play)


def test_a_tap_that_is_not_kept_is_no_tap() -> None:
    """A full memory is told at once; a reader that shows nothing, after a while."""

    async def play(field: Field, reader: FakeReader) -> None:
        reader.keeps = False
        assert None is await field.tap("04aa")

    with_reader(play)

    async def play_deaf(field: Field, reader: FakeReader) -> None:
        reader.run_out_of_words()
        assert None is await field.tap("04aa")

    with_reader(play_deaf)


def test_a_reader_that_dies_is_waited_for() -> None:
    """A card in its field was not read; the next person waits until it is back, and it is the same field."""

    async def run() -> None:
        async with Fields(["entry-1"]) as hall:
            field = hall.by_reader["entry-1"]
            async with reader_at(hall, "entry-1") as reader:
                reader.run_out_of_words()
                holding = asyncio.create_task(field.tap("04aa"))
                while not reader.got:
                    await asyncio.sleep(0.01)
                reader.hang_up()
                assert None is await asyncio.wait_for(holding, 5)
                assert not field.connected
            waiting = asyncio.create_task(field.tap("04bb", hold_s=0))
            async with reader_at(hall, "entry-1"):
                assert TapId(1, 1) == await asyncio.wait_for(waiting, 5)

    asyncio.run(run())


@pytest.mark.parametrize(
    "hello", [b"GET / HTTP/1.1\r\n", b"[]\n", b'{"reader": "entry-9"}\n', b'{"reader": []}\n', b""]
)
def test_a_stranger_is_hung_up_on(hello: bytes) -> None:
    """Whatever connects and is no reader of this hall: closed, and the readers do not notice."""

    async def run() -> None:
        async with Fields(["entry-1"]) as hall, reader_at(hall, "entry-1"):
            lines, writer = await asyncio.open_connection("127.0.0.1", hall.port)
            writer.write(hello)
            if not hello:
                writer.write_eof()
            assert b"" == await asyncio.wait_for(lines.read(), 5)
            writer.close()
            assert TapId(1, 1) == await hall.by_reader["entry-1"].tap("04aa", hold_s=0)

    asyncio.run(run())


def test_a_reader_that_talks_nonsense_is_hung_up_on() -> None:
    """It connects again by itself."""

    async def play(field: Field, reader: FakeReader) -> None:
        reader.show({"boot": 1})
        while field.connected:
            await asyncio.sleep(0.01)

    with_reader(lambda field, reader: asyncio.wait_for(play(field, reader), 5))
