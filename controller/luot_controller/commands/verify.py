"""`luot verify`: holds the whole ledger against its promises and says what does not hold. Reads only."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from luot_controller.bootstrap import open_past, rules_of
from luot_controller.commands.archives import archive_option, joined, read_archives
from luot_controller.commands.options import data_option, ledger_language_option
from luot_controller.errors import ExitCode, UsageProblem
from luot_controller.history.verify import CHECKS, Problem, Report, Verification
from luot_controller.language import N_, _, ngettext, use
from luot_controller.store.chain import Anchor, read_anchor

OVERRIDES_SHOWN = 20

_TITLES = {
    "chain": N_("the chain of hashes"),
    "decisions": N_("every decision as the engine decides"),
    "guarantees": N_("the guarantees of the order"),
    "state": N_("the state beside the ledger"),
    "head": N_("the head that was kept elsewhere"),
}


@click.command("verify")
@data_option
@click.option("--ledger", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A copy of a ledger file.")
@archive_option
@click.option("--head", "kept_head", metavar="HEAD", help="A head kept elsewhere (luot ledger head); must be in it.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@ledger_language_option
def command(
    data: Path,
    ledger: Path | None,
    archives: tuple[Path, ...],
    kept_head: str | None,
    as_json: bool,
    language: str | None,
) -> None:
    """Verify the ledger of an office, which may be running, or a copy of it. Exit code 1 when something does not hold.

    \b
    The chain: each event's hash is that of its content after the event before.
    Decisions: each fact is what the engine decides in the state of then; reasons and keys of calls included.
    Guarantees: nobody overtaken by more than the head start, one class and service in order, one place for everybody.
    State: the rows that a start reads are what the events add up to.
    """
    anchor = _anchor(kept_head)
    site, rules = rules_of(data)
    use(language or site)
    with open_past(ledger or data) as past, read_archives(archives) as opened:
        kept, checkpoint = past.kept_state(), past.checkpoint()
        pieces = joined(opened, past, checkpoint)
        verification = Verification(
            assumed=rules, checkpoint=None if opened else checkpoint, marks=pieces.marks, anchor=anchor
        )
        with _progress(past.head().event_id - pieces.before.event_id) as tell:
            report = verification.run(pieces.rows, kept, tell)
    click.echo(
        json.dumps(as_fields(report), ensure_ascii=False, indent=2) if as_json else "\n".join(lines(report, anchor))
    )
    if not report.holds:
        sys.exit(ExitCode.FAILED)


def as_fields(report: Report) -> dict[str, Any]:
    """The findings for programs."""
    return {
        "holds": report.holds,
        "first": report.first,
        "events": report.events,
        "head": {"event_id": report.head.event_id, "hash": report.head.hash.hex(), "short": report.head.short},
        "state": report.digest,
        "problems": [
            {"check": check, "event_id": problem.event_id, "kind": problem.kind, "text": problem.text}
            for check, problem in _in_order(report)
        ],
        "assumed": report.assumed,
        "versions": report.versions,
        "calls": report.calls,
        "most_overtaken": report.most_overtaken,
        "overrides": [
            {
                "event_id": override.event_id,
                "at_ms": override.at_ms,
                "number": override.number,
                "desk": override.desk,
                "note": override.note,
            }
            for override in report.overrides
        ],
        "override_rate": rate(report),
    }


def rate(report: Report) -> float:
    """Overrides among calls."""
    return len(report.overrides) / report.calls if report.calls else 0.0


def lines(report: Report, anchor: Anchor | None) -> list[str]:
    """The findings for people: a line for each check, then what is worth knowing."""
    said = [
        ngettext(
            "{count} event, from {first} to {last}", "{count} events, from {first} to {last}", report.events
        ).format(count=report.events, first=report.first, last=report.head.event_id)
    ]
    for check in CHECKS:
        if check == "head" and anchor is None:
            continue
        problem = report.problems.get(check)
        mark = "ok  " if problem is None else "FAIL"
        said.append(f"  {mark}  {_(_TITLES[check])}" + ("" if problem is None else f"\n        {_told(problem)}"))
    if report.assumed:
        text = _("{count} events are from before the rules were in the ledger: those of the site file are assumed")
        said.append("  " + text.format(count=report.assumed))
    text = _("{calls} calls, {overrides} against the order ({rate:.1%}); {most} overtaken at most")
    said.append(
        "  "
        + text.format(
            calls=report.calls, overrides=len(report.overrides), rate=rate(report), most=report.most_overtaken
        )
    )
    for override in report.overrides[:OVERRIDES_SHOWN]:
        text = _("event {event}: card {number} to desk {desk}: {note}")
        told = text.format(
            event=override.event_id, number=override.number, desk=override.desk, note=override.note or "-"
        )
        said.append(f"    {told}")
    more = len(report.overrides) - OVERRIDES_SHOWN
    if more > 0:
        said.append("    " + _("and {count} more; --json has all").format(count=more))
    said.append("  " + _("head {head}").format(head=report.head.short))
    said.append(_("Everything holds.") if report.holds else _("Something does not hold."))
    return said


def _told(problem: Problem) -> str:
    if problem.event_id is None:
        return problem.text
    where = _("event {event}").format(event=problem.event_id)
    return f"{where} {problem.kind}: {problem.text}" if problem.kind else f"{where}: {problem.text}"


def _in_order(report: Report) -> Sequence[tuple[str, Problem]]:
    return [(check, report.problems[check]) for check in CHECKS if check in report.problems]


def _anchor(kept_head: str | None) -> Anchor | None:
    if kept_head is None:
        return None
    anchor = read_anchor(kept_head)
    if anchor is None:
        raise UsageProblem(f"{kept_head!r} is no head of a ledger", "Give one as luot ledger head prints it.")
    return anchor


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A line on the terminal that says how far it is; nothing where nobody looks."""
    if not sys.stderr.isatty() or total < 1:
        yield lambda _events: None
        return
    try:
        yield lambda events: click.echo(f"\r{events / total:4.0%}", nl=False, err=True)
    finally:
        click.echo("\r      \r", nl=False, err=True)
