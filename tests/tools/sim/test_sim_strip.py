"""luot_tools.sim.strip: the hall in three lines, in every language, in a file that is never half there."""

import asyncio
import random
import unicodedata
from pathlib import Path

import pytest

from luot_controller.settings import sample_site
from luot_tools.sim import strip as strip_module
from luot_tools.sim.cards import Tray, make
from luot_tools.sim.fields import Fields
from luot_tools.sim.hall import Hall
from luot_tools.sim.scene import Scene
from luot_tools.sim.site import load_site
from luot_tools.sim.strip import MOST, WORDS, ReaderSeen, Sight, Strip, text


class Room:
    """A hall with 40 cards in which the test puts people; all readers are there."""

    def __init__(self, folder: Path, readers: int = 3) -> None:
        (folder / "site.toml").write_text(sample_site(), encoding="utf-8")
        self.fields = Fields([f"entry-{number}" for number in range(1, readers + 1)])
        for field in self.fields.by_reader.values():
            field._here.set()  # a connection, which nothing is sent on
            field.take({"show": "ready", "text": ""})
        self.tray = Tray(make(1, range(1, 41)), random.Random(1), rest_s=0)
        self.hall = Hall(load_site(folder), Scene(), self.fields, self.tray, 30, lambda _line: None)

    def people(self, count: int) -> None:
        """So many take a card."""

        async def take() -> None:
            for _ in range(count):
                await self.tray.take()

        asyncio.run(take())

    def lines(self, language: str = "vi") -> list[str]:
        """The parts of each line in a language, with a comma between."""
        lines = [line.split("\t") for line in text(Strip(self.hall, self.fields).look()).splitlines()]
        return [f"{label}: {', '.join(parts)}" for of, label, *parts in lines if of == language]


def test_an_empty_hall(tmp_path: Path) -> None:
    """All readers free, all cards in the tray, nobody."""
    assert [
        "Đầu đọc: entry-1 rảnh, entry-2 rảnh, entry-3 rảnh",
        "Người: chưa có ai",
        "Thẻ: 40 trong khay",
    ] == Room(tmp_path).lines()


def test_readers_are_free_busy_or_offline(tmp_path: Path) -> None:
    """The one who taps is not in the queue; a reader that is not there, or has no office, is offline."""
    room = Room(tmp_path)
    fields = room.fields.by_reader
    fields["entry-1"].queue = 1
    fields["entry-2"].queue = 3
    fields["entry-3"].take({"show": "offline", "text": "Mất kết nối"})
    assert "Đầu đọc: entry-1 bận, entry-2 bận, 2 người chờ, entry-3 mất kết nối" == room.lines()[0]
    fields["entry-3"].take({"show": "ready", "text": ""})
    fields["entry-1"]._here.clear()
    assert "Readers: entry-1 offline, entry-2 busy, 2 in line, entry-3 free" == room.lines("en")[0]


def test_people_are_where_they_are(tmp_path: Path) -> None:
    """Of nine with a card: two go to desks, two to a reader, one taps, one stands at a desk; three walk about."""
    room = Room(tmp_path)
    room.people(9)
    room.hall.walks.update({17: "3", 4: "1", 8: None, 9: None})
    room.fields.by_reader["entry-1"].queue = 1
    room.hall.scene.stand("2", 5, 300)
    assert "Người: 3 đi dạo, 2 đến đầu đọc, 17 → quầy 3, 4 → quầy 1" == room.lines()[1]
    assert "People: 3 walk about, 2 go to a reader, 17 → desk 3, 4 → desk 1" == room.lines("en")[1]
    assert "Thẻ: 31 trong khay, 9 đang dùng" == room.lines()[2]


def test_a_crowd_is_counted_and_cut() -> None:
    """However many readers and people there are, a line has an end, and the counts are at its beginning."""
    readers = [ReaderSeen(f"entry-{number}", 1) for number in range(99)]
    told = text(Sight(readers, 0, 300, 7, 150, 3, dict.fromkeys(range(1, 100), "12"))).splitlines()
    assert 3 * len(WORDS) == len(told)
    assert MOST + 2 == max(len(line.split("\t")) for line in told)
    assert "vi\tThẻ\t0 trong khay\t300 đang dùng\t7 người chờ thẻ" == told[2]
    assert told[1].startswith("vi\tNgười\t150 đi dạo\t3 đến đầu đọc\t1 → quầy 12\t")


@pytest.mark.parametrize("language", WORDS)
def test_the_words_are_composed_and_complete(language: str) -> None:
    """Vietnamese as every terminal measures it, and every word in every language."""
    for words in WORDS[language].values():
        assert unicodedata.normalize("NFC", words) == words
    assert WORDS["vi"].keys() == WORDS[language].keys()


def test_the_file_follows_the_hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written at once and after a change, by a rename: the file that a reader has open stays whole; else left alone."""
    monkeypatch.setattr(strip_module, "EVERY_S", 0.01)
    room, file = Room(tmp_path), tmp_path / "hall.strip"
    looks = 0

    class Looking(Strip):
        def look(self) -> Sight:
            nonlocal looks
            looks += 1
            return super().look()

    async def play() -> None:
        keeping = asyncio.create_task(Looking(room.hall, room.fields).keep(file))
        async with asyncio.timeout(5):
            while not file.exists():
                await asyncio.sleep(0.005)
            with file.open(encoding="utf-8") as before:
                first = file.stat()
                while looks < 5:
                    await asyncio.sleep(0.005)
                assert first.st_mtime_ns == file.stat().st_mtime_ns
                room.hall.walks[17] = "3"
                while file.stat().st_ino == first.st_ino:
                    await asyncio.sleep(0.005)
                assert "vi\tNgười\tchưa có ai\n" == before.readlines()[1]
        assert "vi\tNgười\t17 → quầy 3\n" == file.read_text(encoding="utf-8").splitlines(keepends=True)[1]
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(play())
    assert not file.with_name("hall.strip.new").exists()
