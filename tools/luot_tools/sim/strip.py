"""The hall in three lines of a small file, for whoever draws it beside something else. It changes nothing."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from luot_tools.sim.fields import Field, Fields
from luot_tools.sim.hall import Hall

EVERY_S = 0.5
WIDTH = 76
"""Terminal cells; the words below take one for each character."""

_VI = {
    "readers": "Máy đọc:",
    "free": "{reader} rảnh",
    "busy": "{reader} bận",
    "queue": "{reader} bận, {count} chờ",
    "offline": "{reader} mất kết nối",
    "cards": "Thẻ: {tray} trong khay  {out} đang dùng",
    "door": "  {count} người chờ thẻ",
    "to_desk": "{number}→quầy {desk}",
    "strolling": "{count} đi dạo",
    "to_reader": "{count} tới máy đọc",
    "nobody": "Chưa có ai",
}
_EN = {
    "readers": "Readers:",
    "free": "{reader} free",
    "busy": "{reader} busy",
    "queue": "{reader} busy, {count} queue",
    "offline": "{reader} offline",
    "cards": "Cards: {tray} in the tray  {out} out",
    "door": "  {count} wait for one",
    "to_desk": "{number}→desk {desk}",
    "strolling": "{count} walk about",
    "to_reader": "{count} to a reader",
    "nobody": "Nobody here yet",
}
WORDS = {"vi": _VI, "en": _EN}


class Strip:
    """`language` is vi or en."""

    def __init__(self, hall: Hall, fields: Fields, language: str) -> None:
        self._hall = hall
        self._fields = fields
        self._words = WORDS[language]

    async def keep(self, file: Path) -> None:
        """Write the file, whole or not at all, when the lines have changed, twice a second at most, until cancelled."""
        fresh, written = file.with_name(f"{file.name}.new"), ""
        while True:
            text = "\n".join(self.lines()) + "\n"
            if text != written:
                fresh.write_text(text, encoding="utf-8")
                fresh.replace(file)
                written = text
            await asyncio.sleep(EVERY_S)

    def lines(self) -> list[str]:
        """Readers, cards, people: three lines of at most WIDTH cells."""
        return [self._readers(), self._cards(), self._people()]

    def _readers(self) -> str:
        return _joined([self._words["readers"], *map(self._reader, self._fields.by_reader.values())])

    def _reader(self, field: Field) -> str:
        how = "queue" if field.queue > 1 else "busy" if field.queue else "free"
        if not field.connected or field.state in ("offline", "fault"):
            how = "offline"
        return self._words[how].format(reader=field.reader, count=field.queue - 1)

    def _cards(self) -> str:
        tray = self._hall.tray
        door = self._words["door"].format(count=tray.at_door) if tray.at_door else ""
        return self._words["cards"].format(tray=tray.count, out=tray.out) + door

    def _people(self) -> str:
        words, walks = self._words, self._hall.walks
        at_readers = sum(field.queue for field in self._fields.by_reader.values())
        strolling = self._hall.tray.out - len(walks) - at_readers - self._hall.scene.at_desks
        to_reader = sum(desk is None for desk in walks.values())
        parts = [words["strolling"].format(count=strolling)] if strolling > 0 else []
        parts += [words["to_reader"].format(count=to_reader)] if to_reader else []
        room = WIDTH - sum(len(part) + 2 for part in parts)
        to_desks = [
            words["to_desk"].format(number=number, desk=desk) for number, desk in walks.items() if desk is not None
        ]
        return "  ".join(part for part in (_joined(to_desks, room), *parts) if part) or words["nobody"]


def _joined(parts: Iterable[str], width: int = WIDTH) -> str:
    """As many whole parts as fit, and an ellipsis for the rest."""
    line = ""
    for part in parts:
        longer = f"{line}  {part}" if line else part
        if len(longer) > width - 2:
            return f"{line} …"
        line = longer
    return line
