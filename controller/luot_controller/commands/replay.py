"""`luot replay`: the people of a recorded day under another policy, beside what really was. Reads only."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from luot_controller.bootstrap import open_past, rules_of
from luot_controller.commands.archives import archive_option, joined, read_archives
from luot_controller.commands.options import data_option, ledger_language_option
from luot_controller.commands.replay_table import Column, plot, table
from luot_controller.engine.events import Fact
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.engine.model import Policy
from luot_controller.errors import UsageProblem
from luot_controller.history.digest import state_of
from luot_controller.language import MINUTE_MS, _, use
from luot_controller.replay.comparison import as_it_was, figures, replayed
from luot_controller.replay.recorded import Recording
from luot_controller.settings import load_site
from luot_controller.store.bodies import decode_fact
from luot_controller.store.chain import Row

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("replay")
@click.option(
    "--policy", "policy_file", type=click.Path(path_type=Path), required=True, help="A site file with the other rules."
)
@click.option("--from", "since", type=_DAY, help="The first day; default: the last one that was recorded.")
@click.option("--to", "until", type=_DAY, help="The last day; default: the first one.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the times drawn for those whom nobody called.")
@data_option
@click.option("--ledger", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A copy of a ledger file.")
@archive_option
@click.option("--json", "as_json", is_flag=True, help="All figures and what they were made of.")
@ledger_language_option
def command(
    policy_file: Path,
    since: datetime | None,
    until: datetime | None,
    seed: int,
    data: Path,
    ledger: Path | None,
    archives: tuple[Path, ...],
    as_json: bool,
    language: str | None,
) -> None:
    """Play recorded days again, with the same people, under the head starts, desks and target of another site file.

    Three columns: as it was; the same rules at the engine, where no clerk hesitates; the other rules. What the other
    rules change is the difference between the last two.
    """
    spoken, rules = rules_of(data)
    use(language or spoken)
    other = load_site(policy_file)
    with open_past(ledger or data) as past, read_archives(archives) as opened:
        checkpoint = past.checkpoint()
        if checkpoint is not None and not opened:
            rules = state_of(checkpoint.state)[1] or rules
        head = past.head()
        pieces = joined(opened, past, checkpoint)
        zone = ZoneInfo(rules.timezone)
        last = since or _last_day(list(past.rows(head.event_id - 1)), zone)
        days = (last.date(), (until or last).date())
        recording, rules = _record(pieces.rows, rules, days)
    if not recording.legs:
        raise UsageProblem(f"nobody came from {days[0]} to {days[1]}", "Name days of the ledger with --from and --to.")
    policy = other.policy()
    _check(policy_file, recording, policy)

    def day_of(at_ms: int) -> date:
        return datetime.fromtimestamp(at_ms / 1000, zone).date()

    columns = [
        Column(_("as it was"), as_it_was(recording, rules.policy)),
        Column(_("same rules"), replayed(recording, rules.policy, day_of, seed)),
        Column(_("other rules"), replayed(recording, policy, day_of, seed)),
    ]
    target_ms = {row.id: (row.target_min or other.site.target_min) * MINUTE_MS for row in other.services}
    inputs: dict[str, Any] = {
        "head": head.short,
        "from": str(days[0]),
        "to": str(days[1]),
        "seed": seed,
        "policy": policy_file.name,
        "policy_sha256": hashlib.sha256(policy_file.read_bytes()).hexdigest(),
        "target_min": other.site.target_min,
    }
    if as_json:
        click.echo(json.dumps({"inputs": inputs, "columns": _fields(columns, target_ms)}, ensure_ascii=False, indent=2))
        return
    width = shutil.get_terminal_size().columns
    click.echo("\n".join([*table(columns, target_ms, rules), "", *plot(columns[1:], zone, width), ""]))
    click.echo("  ".join(f"{name} {value}" for name, value in inputs.items() if name != "policy_sha256"))


def _record(rows: Iterator[Row], rules: SiteAdopted, days: tuple[date, date]) -> tuple[Recording, SiteAdopted]:
    """What happened on these days, and the rules that were in force at the end of them."""
    zone, recording = ZoneInfo(rules.timezone), Recording()
    begin_ms, end_ms = (_begin_ms(day, zone) for day in (days[0], date.fromordinal(days[1].toordinal() + 1)))
    for row in takewhile(lambda row: row.at_ms < end_ms, rows):
        if row.kid is not None or (row.at_ms < begin_ms and row.kind != SiteAdopted.__name__):
            continue
        fact: Fact = decode_fact(row.kind, row.body)
        if isinstance(fact, SiteAdopted):
            rules = fact
        else:
            recording.add(fact)
    return recording, rules


def _last_day(rows: list[Row], zone: ZoneInfo) -> datetime:
    at_ms = rows[-1].at_ms if rows else 0
    return datetime.fromtimestamp(at_ms / 1000, zone)


def _begin_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _check(path: Path, recording: Recording, policy: Policy) -> None:
    """Refuse a policy that leaves out what people came for, or who they were."""
    for leg in recording.legs:
        if not policy.desks_for.get(leg.service):
            raise UsageProblem(
                f"{path}: no desk serves {leg.service}, which people waited for",
                "Give every service of those days a desk.",
            )
        if leg.class_id not in policy.head_start_ms:
            raise UsageProblem(
                f"{path}: there is no class {leg.class_id}, which people had", "Add it, with its head start."
            )


def _fields(columns: list[Column], target_ms: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "name": column.name,
            "groups": {
                f"{group.kind}:{group.id}": asdict(figures(group.waits, target_ms)) for group in column.groups()
            },
        }
        for column in columns
    ]
