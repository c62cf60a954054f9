"""The hall in three lines of a small file, for whoever draws it beside something else. It changes nothing.

Each line is there once in each language: the language, a label and the parts, with tabs between. Whoever draws them
knows how many parts and lines there is room for, so the counts come first, and the cards last.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from luot_tools.sim.fields import Field, Fields
from luot_tools.sim.hall import Hall

EVERY_S = 0.5
MOST = 20
"""Parts of one line: more than any screen has room for."""

_VI = {
    "readers": "Đầu đọc",
    "free": "{reader} rảnh",
    "busy": "{reader} bận",
    "queue": "{reader} bận, {count} người chờ",
    "offline": "{reader} mất kết nối",
    "cards": "Thẻ",
    "tray": "{count} trong khay",
    "out": "{count} đang dùng",
    "door": "{count} người chờ thẻ",
    "people": "Người",
    "to_desk": "{number} → quầy {desk}",
    "strolling": "{count} đi dạo",
    "to_reader": "{count} đến đầu đọc",
    "nobody": "chưa có ai",
}
_EN = {
    "readers": "Readers",
    "free": "{reader} free",
    "busy": "{reader} busy",
    "queue": "{reader} busy, {count} in line",
    "offline": "{reader} offline",
    "cards": "Cards",
    "tray": "{count} in the tray",
    "out": "{count} out",
    "door": "{count} wait for one",
    "people": "People",
    "to_desk": "{number} → desk {desk}",
    "strolling": "{count} walk about",
    "to_reader": "{count} go to a reader",
    "nobody": "nobody yet",
}
WORDS = {"vi": _VI, "en": _EN}


class ReaderSeen(NamedTuple):
    """A reader, and how many are at it, the one who taps included."""

    name: str
    queue: int
    is_offline: bool = False


class Sight(NamedTuple):
    """What there is to see: readers, cards in the tray and with people, and where those people are, by number."""

    readers: Sequence[ReaderSeen]
    tray: int
    out: int
    at_door: int
    strolling: int
    to_reader: int
    to_desks: Mapping[int, str]


class Strip:
    """The strip of one hall."""

    def __init__(self, hall: Hall, fields: Fields) -> None:
        self._hall = hall
        self._fields = fields

    async def keep(self, file: Path) -> None:
        """Write the file, whole or not at all, when the lines have changed, twice a second at most, until cancelled."""
        fresh, written = file.with_name(f"{file.name}.new"), ""
        while True:
            told = text(self.look())
            if told != written:
                fresh.write_text(told, encoding="utf-8")
                fresh.replace(file)
                written = told
            await asyncio.sleep(EVERY_S)

    def look(self) -> Sight:
        """The hall as it is now."""
        tray, walks, readers = self._hall.tray, self._hall.walks, list(map(_seen, self._fields.by_reader.values()))
        strolling = tray.out - len(walks) - sum(reader.queue for reader in readers) - self._hall.scene.at_desks
        return Sight(
            readers,
            tray.count,
            tray.out,
            tray.at_door,
            max(0, strolling),
            sum(desk is None for desk in walks.values()),
            {number: desk for number, desk in walks.items() if desk is not None},
        )


def text(sight: Sight) -> str:
    """What stands in the file."""
    lines = [[language, *line] for language, words in WORDS.items() for line in _lines(sight, words)]
    return "".join("\t".join(line[: MOST + 2]) + "\n" for line in lines)


def _seen(field: Field) -> ReaderSeen:
    return ReaderSeen(field.reader, field.queue, not field.connected or field.state in ("offline", "fault"))


def _lines(sight: Sight, words: Mapping[str, str]) -> list[list[str]]:
    def counted(**counts: int) -> list[str]:
        return [words[name].format(count=count) for name, count in counts.items() if count]

    to_desks = [words["to_desk"].format(number=number, desk=desk) for number, desk in sight.to_desks.items()]
    people = [*counted(strolling=sight.strolling, to_reader=sight.to_reader), *to_desks]
    return [
        [words["readers"], *(_reader(reader, words) for reader in sight.readers)],
        [words["people"], *(people or [words["nobody"]])],
        [words["cards"], words["tray"].format(count=sight.tray), *counted(out=sight.out, door=sight.at_door)],
    ]


def _reader(reader: ReaderSeen, words: Mapping[str, str]) -> str:
    how = "offline" if reader.is_offline else "queue" if reader.queue > 1 else "busy" if reader.queue else "free"
    return words[how].format(reader=reader.name, count=reader.queue - 1)
