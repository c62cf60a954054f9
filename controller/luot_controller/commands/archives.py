"""Archives of a ledger as files: opens the ones a command names, and joins them to the ledger. Verifies nothing."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain as joined_rows
from pathlib import Path

import click

from luot_controller.errors import UsageProblem
from luot_controller.history.archive import Archive, read
from luot_controller.store.chain import GENESIS, Head, Row
from luot_controller.store.port import Checkpoint, Past

archive_option = click.option(
    "--archive",
    "archives",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A file of older events (luot ledger archive); may be given again, in any order.",
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """All events at hand, those after `before`; `marks` are the events with which archives end."""

    before: Head
    rows: Iterator[Row]
    marks: Sequence[int]


@contextmanager
def read_archives(paths: Sequence[Path]) -> Iterator[list[Archive]]:
    """The archives, the oldest first; raises StoreFailed for what is none."""
    with ExitStack() as files:
        opened = [read(str(path), iter(files.enter_context(gzip.open(path, "rb")))) for path in paths]
        yield sorted(opened, key=lambda archive: archive.before.event_id)


def joined(archives: Sequence[Archive], past: Past, checkpoint: Checkpoint | None) -> Pieces:
    """The archives, then the ledger, which begins after `checkpoint`; raises UsageProblem when the first is missing."""
    begins = Head(0, GENESIS) if checkpoint is None else Head(checkpoint.event_id, checkpoint.hash)
    if not archives:
        return Pieces(begins, past.rows(begins.event_id), ())
    if archives[0].before.event_id:
        raise UsageProblem(
            f"the events up to {archives[0].before.event_id} are in none of these archives",
            "Name all archives from the first on, or none of them.",
        )
    marks = [archive.before.event_id for archive in archives[1:]] + [begins.event_id]
    rows = joined_rows(*(archive.rows for archive in archives), past.rows(begins.event_id))
    return Pieces(archives[0].before, rows, marks)
