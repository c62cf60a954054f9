"""`luot explain`: says in plain words why somebody was called when they were, or why not yet. Reads only."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from luot_controller.bootstrap import open_past, rules_of
from luot_controller.commands.archives import archive_option, joined, read_archives
from luot_controller.commands.options import data_option, ledger_language_option
from luot_controller.engine.events import Fact, VisitCalled
from luot_controller.engine.model import Desk, VisitState
from luot_controller.errors import UsageProblem
from luot_controller.history.course import course, heading
from luot_controller.history.digest import rebuilt, state_of
from luot_controller.history.reasons import promise, reason
from luot_controller.history.standing import Standing, standing
from luot_controller.history.story import Story, Wanted, tell
from luot_controller.history.telling import Telling
from luot_controller.history.waiting import waiting
from luot_controller.language import use
from luot_controller.store.bodies import decode_fact
from luot_controller.store.chain import Row
from luot_controller.store.port import KeptState


@click.command("explain")
@click.argument("number", type=int, required=False)
@click.option("--visit", type=int, help="A visit's number instead of a card's.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The visits of a day; default: the card's last one.")
@data_option
@click.option("--ledger", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A copy of a ledger file.")
@archive_option
@click.option("--json", "as_json", is_flag=True, help="With all that the sentences are made of.")
@ledger_language_option
def command(
    number: int | None,
    visit: int | None,
    day: datetime | None,
    data: Path,
    ledger: Path | None,
    archives: tuple[Path, ...],
    as_json: bool,
    language: str | None,
) -> None:
    """Explain each call of the card with this NUMBER, from the ledger alone; whether or not an office is running.

    \b
    luot explain 17
    luot explain 17 --day 2026-03-02 --language en
    """
    if (number is None) == (visit is None):
        raise UsageProblem("which one is meant?", "Give the number of a card, or --visit and that of a visit.")
    site, rules = rules_of(data)
    use(language or site)
    wanted = Wanted(visit, number, None if day is None else day.date())
    with open_past(ledger or data) as past, read_archives(archives) as opened:
        checkpoint = past.checkpoint()
        if checkpoint is not None and not opened:
            rules = state_of(checkpoint.state)[1] or rules
        stories = tell(facts(joined(opened, past, checkpoint).rows), wanted, rules)
        if not stories:
            what = f"card {number}" if visit is None else f"visit {visit}"
            hint = "Look at the number, and at the day if one was given."
            if checkpoint is not None and not opened:
                hint = "It may be in an archive: name all of them with --archive."
            raise UsageProblem(f"the ledger knows no turn of {what}", hint)
        kept = past.kept_state()
    told = [as_fields(story, kept) for story in stories]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join("\n".join(one["text"]) for one in told))


def facts(rows: Iterator[Row]) -> Iterator[tuple[int, Fact]]:
    """The facts of rows, without those of taps that opened nothing."""
    return ((row.id, decode_fact(row.kind, row.body)) for row in rows if row.kid is None)


def as_fields(story: Story, kept: KeptState) -> dict[str, Any]:
    """A story for programs, its sentences included."""
    telling, person = Telling(story.site), story.person
    now = _standing(story, kept)
    still = [] if now is None else waiting(telling, now, kept.at_ms)
    relied = promise(telling, person)
    return {
        "visit": person.visit,
        "number": person.number,
        "service": person.service,
        "class": person.class_id,
        "rank_ms": person.rank_ms,
        "head_start_ms": person.head_start_ms,
        "calls": [
            {
                "event_id": call.event_id,
                "at_ms": call.fact.at_ms,
                "desk": call.fact.desk,
                "reason": call.fact.reason if isinstance(call.fact, VisitCalled) else "RETURNED",
                "key_ms": call.person.key_ms,
                "over": None if call.over is None else call.over.number,
                "over_key_ms": None if call.over is None else call.over.key_ms,
                "text": reason(telling, call),
            }
            for call in story.calls
        ],
        "waiting": None if now is None else _standing_fields(now, still),
        "text": [heading(telling, story), *course(telling, story), *still, *([] if relied is None else [relied])],
    }


def _standing(story: Story, kept: KeptState) -> Standing | None:
    visit = kept.visits.get(story.person.visit)
    if visit is None or visit.state is not VisitState.WAITING:
        return None
    state = rebuilt(kept)
    for desk in story.site.policy.desk_services:
        state.desks.setdefault(desk, Desk(desk))
    return standing(state, story.site, visit)


def _standing_fields(now: Standing, text: list[str]) -> dict[str, Any]:
    return {
        "ahead": now.ahead,
        "earlier": [visit.number for visit in now.earlier],
        "priority": [visit.number for visit in now.priority],
        "away": [visit.number for visit in now.away],
        "going_on": [visit.number for visit in now.going_on],
        "desks": now.desks,
        "shut": now.shut,
        "safe_ms": now.safe_ms,
        "lo_min": now.wait.lo_min,
        "hi_min": now.wait.hi_min,
        "closes_first": now.wait.closes_first,
        "closing_ms": now.closing_ms,
        "text": text,
    }
