"""`luot card count`: how many cards are where, and what became of them day by day. Changes nothing."""

import json
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from luot_controller.bootstrap import open_past, open_registry, rules_of
from luot_controller.commands.options import data_option, ledger_language_option
from luot_controller.engine.model import Role
from luot_controller.history import card_stock
from luot_controller.history.card_stock import CardDay, CardsNow
from luot_controller.language import N_, _, use

_NOW = {
    "enrolled": N_("enrolled"),
    "in_tray": N_("in the tray"),
    "in_use": N_("in use"),
    "not_back": N_("not given back"),
    "lost": N_("blocked as lost"),
}
_DAYS = {
    "taken": N_("taken"),
    "back": N_("back"),
    "out": N_("out at close"),
    "blocked": N_("blocked"),
    "found": N_("found"),
    "replaced": N_("replaced"),
    "enrolled": N_("enrolled"),
    "retired": N_("retired"),
}


@click.command("count")
@data_option
@click.option("--days", type=click.IntRange(0, 3660), default=14, show_default=True, help="Only the last so many.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@ledger_language_option
def command(data: Path, days: int, as_json: bool, language: str | None) -> None:
    """Count the cards: in the tray, in use, not given back and lost; and what became of them day by day."""
    with open_registry(data) as registry:
        numbers = list(registry.cards().values())
    site_language, rules = rules_of(data)
    has_dropoff = any(place.role is Role.DROPOFF for place in rules.readers.values())
    with open_past(data) as past:
        kept = past.kept_state()
        now = card_stock.now(numbers, kept.visits.values(), kept.hall, has_dropoff)
        by_day = card_stock.by_day(past.rows(0), ZoneInfo(rules.timezone))
    shown = by_day[len(by_day) - days :] if days < len(by_day) else by_day
    if as_json:
        rows = [{**asdict(day), "day": day.day.isoformat()} for day in shown]
        click.echo(json.dumps({"now": asdict(now), "days": rows}, indent=2))
        return
    use(language or site_language)
    _show(now, shown)


def _show(now: CardsNow, days: list[CardDay]) -> None:
    for name, text in _NOW.items():
        click.echo(f"{getattr(now, name):>6}  {_(text)}")
    if not days:
        return
    heads = [_(text) for text in _DAYS.values()]
    click.echo("\n" + "  ".join([" " * 10, *heads]))
    for day in days:
        counts = [getattr(day, name) for name in _DAYS]
        cells = [
            ("-" if count is None else str(count)).rjust(len(head)) for count, head in zip(counts, heads, strict=True)
        ]
        click.echo("  ".join([day.day.isoformat(), *cells]))
