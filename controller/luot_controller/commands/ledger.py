"""`luot ledger`: prints the ledger's head, and moves old events to an archive. Decides nothing about them."""

import gzip
import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from luot_controller.bootstrap import open_past, open_sole_store, rules_of
from luot_controller.commands.options import data_option
from luot_controller.errors import StoreFailed, UsageProblem
from luot_controller.history import archive
from luot_controller.history.verify import Verification
from luot_controller.store.chain import GENESIS, Head
from luot_controller.store.port import Batch

KEPT_DAYS = 7
"""Days that stay: the longest time for which the age of a tap counts."""


@click.group("ledger")
def command() -> None:
    """The ledger's head, and its archive."""


@command.command("head")
@data_option
@click.option("--ledger", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A copy of a ledger file.")
@click.option("--json", "as_json", is_flag=True, help="With the whole hash.")
def head(data: Path, ledger: Path | None, as_json: bool) -> None:
    """Print the ledger's head, to be kept elsewhere: on a wall, in a minute book, at another office.

    Whoever can write the database could write all of it anew, but not so that an old head still fits:
    luot verify --head HEAD
    """
    with open_past(ledger or data) as past:
        found = past.head()
    fields = {"event_id": found.event_id, "hash": found.hash.hex(), "short": found.short, "full": found.full}
    click.echo(json.dumps(fields, indent=2) if as_json else found.short)


@command.command("archive")
@data_option
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day that stays.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: archive-FIRST-LAST.gz in the data folder."
)
def archive_(data: Path, before: datetime, out: Path | None) -> None:
    """Move the events before a day to a file, and leave a checkpoint in their place. The office must be closed.

    They are verified first. Keep the file: luot verify and luot explain read it with --archive.
    """
    _site, rules = rules_of(data)
    with open_sole_store(data, rules) as (store, recovered, wall_ms), open_past(data) as past:
        checkpoint = past.checkpoint()
        begins = Head(0, GENESIS) if checkpoint is None else Head(checkpoint.event_id, checkpoint.hash)
        before_ms = _begin_of(before, rules.timezone, recovered.state.at_ms)

        whole = Verification(assumed=rules, checkpoint=checkpoint)
        if not whole.run(past.rows(begins.event_id), past.kept_state()).holds:
            raise StoreFailed("the ledger does not hold, and stays as it is", "luot verify says what does not.")
        verification = Verification(assumed=rules, checkpoint=checkpoint)
        old = takewhile(lambda row: row.at_ms < before_ms, past.rows(begins.event_id))
        report = verification.run(old, None)
        if not report.events:
            raise UsageProblem(f"there are no events before {before:%Y-%m-%d}", "Nothing was moved.")
        if recovered.published < report.head.event_id:
            raise UsageProblem(
                f"event {recovered.published + 1} has not been published yet", "Start the office with its broker once."
            )
        path = out or data / f"archive-{report.first}-{report.head.event_id}.gz"
        rows = takewhile(lambda row: row.id <= report.head.event_id, past.rows(begins.event_id))
        _write(path, archive.write(begins, rows))

        fact = archive.told(verification, recovered.state.at_ms)
        batch = Batch([(recovered.state.event_id + 1, fact)], published=recovered.published)
        past.close()
        store.archive(archive.checkpoint_after(verification), batch, wall_ms)
    click.echo(f"{report.events} events moved to {path}")


def _begin_of(day: datetime, timezone: str, now_ms: int) -> int:
    """When the day began; raises UsageProblem for one of the days that stay."""
    zone = ZoneInfo(timezone)
    last = datetime.fromtimestamp(now_ms / 1000, zone) - timedelta(days=KEPT_DAYS)
    if day.date() > last.date():
        raise UsageProblem(
            f"{day:%Y-%m-%d} is too late", f"The last {KEPT_DAYS} days stay: give {last:%Y-%m-%d} or an earlier day."
        )
    return int(day.replace(tzinfo=zone).timestamp() * 1000)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    """Write the file so that it is there whole or not at all, also after a power cut."""
    if path.exists():
        raise UsageProblem(f"{path} is there already", "Move it away, or name another file with --out.")
    fresh = path.with_name(f"{path.name}.new")
    # No name and no time in it: the same events give the same file.
    with fresh.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        packed.writelines(lines)
        packed.close()
        raw.flush()
        os.fsync(raw.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
