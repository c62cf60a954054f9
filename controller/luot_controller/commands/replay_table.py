"""What `luot replay` shows: a table of waits and a picture of the day, side by side. Reads and computes no wait."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from zoneinfo import ZoneInfo

from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.language import MINUTE_MS, _
from luot_controller.replay.comparison import Figures, Wait, figures

SLOT_MIN = 30
"""Minutes of one row of the picture."""

_CELL = 11
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the waits: all, of a class, or of a service."""

    kind: str
    id: str
    waits: Sequence[Wait]


@dataclass(frozen=True, slots=True)
class Column:
    """The waits under one set of rules."""

    name: str
    waits: Sequence[Wait]

    def groups(self) -> Iterator[Group]:
        """All; by class; by service."""
        yield Group("all", "", self.waits)
        for class_id in sorted({wait.class_id for wait in self.waits}):
            yield Group("class", class_id, [wait for wait in self.waits if wait.class_id == class_id])
        for service in sorted({wait.service for wait in self.waits}):
            yield Group("service", service, [wait for wait in self.waits if wait.service == service])


def table(columns: Sequence[Column], target_ms: Mapping[str, int], rules: SiteAdopted) -> list[str]:
    """For each group a block of rows, one for each figure; minutes."""
    lines: list[str] = []
    names = {"all": {"": _("everybody")}, "class": rules.classes, "service": rules.services}
    rows = (
        _("mean wait"),
        _("half within"),
        _("95 % within"),
        _("longest"),
        _("within {minutes} min").format(
            minutes="/".join(str(ms // MINUTE_MS) for ms in sorted(set(target_ms.values())))
        ),
        _("overtaken, mean"),
        _("overtaken, most"),
        _("not called"),
    )
    width = max(len(row) for row in rows)
    for blocks in zip(*(column.groups() for column in columns), strict=True):
        first = blocks[0]
        title = names[first.kind].get(first.id, first.id)
        heads = "".join(f"{column.name:>{_CELL + 1}}" for column in columns)
        lines += ["", f"{f'{title} ({len(first.waits)})':<{width + 2}}{heads}"]
        cells = [_cells(figures(block.waits, target_ms)) for block in blocks]
        for at, row in enumerate(rows):
            lines.append(f"  {row:<{width}}" + "".join(f"{cell[at]:>{_CELL + 1}}" for cell in cells))
    return lines[1:]


def plot(columns: Sequence[Column], zone: ZoneInfo, width: int) -> list[str]:
    """The mean wait of those who came in each half hour, a bar for each column beside the other's."""
    slots: dict[str, list[list[int]]] = {}
    for at, column in enumerate(columns):
        for wait in column.waits:
            if wait.wait_ms is not None:
                slots.setdefault(_slot(wait.at_ms, zone), [[] for _column in columns])[at].append(wait.wait_ms)
    means = {slot: [fmean(waits) / MINUTE_MS if waits else 0.0 for waits in found] for slot, found in slots.items()}
    longest = max((mean for found in means.values() for mean in found), default=0.0) or 1.0
    room = max(10, (width - 7) // len(columns) - 6)
    title = _("mean wait of those who came in each half hour, minutes")
    lines = [title, " " * 7 + "".join(f"{column.name:<{room + 6}}" for column in columns).rstrip()]
    for slot in sorted(means):
        bars = (f"{_bar(mean / longest, room)}{mean:4.0f}  " for mean in means[slot])
        lines.append(f"{slot}  " + "".join(bars).rstrip())
    return lines


def _cells(found: Figures) -> list[str]:
    times = [found.mean_ms, found.p50_ms, found.p95_ms, found.max_ms]
    return [
        *("-" if time is None else f"{time / MINUTE_MS:.1f}" for time in times),
        "-" if found.within is None else f"{found.within:.0%}",
        f"{found.overtaken_mean:.1f}",
        str(found.overtaken_max),
        str(found.not_called),
    ]


def _slot(at_ms: int, zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, zone)
    return f"{at.hour:02}:{at.minute // SLOT_MIN * SLOT_MIN:02}"


def _bar(share: float, room: int) -> str:
    eighths = round(share * room * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(room)
