"""`luot device fleet`: how all readers are, and what needs doing first, as a screen or as JSON. Changes nothing."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from luot_controller.access import SUPERVISOR
from luot_controller.commands.options import data_option
from luot_controller.commands.reach import find_access, language_option, url_option
from luot_controller.commands.status import fetch
from luot_controller.errors import UsageProblem
from luot_controller.fleet import wording
from luot_controller.fleet.state import WATCHED, Reader, ranked
from luot_controller.language import DEFAULT, use
from luot_controller.screen.fields import named, office_time
from luot_controller.screen.office import OnChange, OnLink

CLOCKS = ("unknown", "held", "good")
"""By the number on the wire, see luot_protocol.frames."""


@click.command("fleet")
@data_option
@url_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="Print it once as JSON, for programs.")
@click.option("--light", is_flag=True, help="Dark on light.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="With --json: give up after this long.",
)
def command(data: Path, url: str | None, language: str | None, as_json: bool, light: bool, timeout_s: float) -> None:
    """Show all readers, those first that need somebody first, and what to do about each.

    Press i to let the chosen one blink.

    \b
    luot device fleet
    luot device fleet --json | jq '.readers[] | select(.urgency == "now").id'
    """
    access = find_access(SUPERVISOR, data, url)

    from luot_controller.client import OfficeClient

    watch: tuple[str, ...] = ("office", "site") if as_json else WATCHED

    def connect(on_change: OnChange, on_link: OnLink) -> OfficeClient:
        return OfficeClient(access, on_change=on_change, on_link=on_link, watch=watch)

    if as_json:
        site, status = fetch(connect, timeout_s)
        use(language or site.get("language") or DEFAULT)
        click.echo(json.dumps(as_fields(site, status), ensure_ascii=False, indent=2))
        return
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise UsageProblem("there is no terminal to draw on", "Start it in a terminal, or ask with --json.")

    # Textual takes 240 ms to import, which --help and --json need not pay.
    from luot_controller.fleet.app import FleetApp

    app = FleetApp(connect, language=language, light=light)
    try:
        app.run()
    finally:
        app.office.stop()
    if app.return_code:
        raise click.exceptions.Exit(app.return_code)


def as_fields(site: Mapping[str, Any], status: Mapping[str, Any]) -> dict[str, Any]:
    """All readers for programs, the most urgent first; null is unknown."""
    at_ms, speed = office_time(status, "at_ms"), status.get("speed", 1)
    rows = {row["id"]: row for row in named(status, "readers")}
    readers = ranked(rows.values(), at_ms, speed if isinstance(speed, int | float) else 1)
    return {
        "site": site.get("name"),
        "at_ms": at_ms,
        "readers": [_fields(one, rows.get(one.id, {})) for one in readers],
    }


def _fields(reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    shown = reader.figures
    return {
        "id": reader.id,
        "role": reader.role,
        "urgency": reader.urgency.name.lower(),
        "findings": [
            {"word": one.word, "urgency": one.urgency.name.lower(), "what": what, "todo": todo}
            for one, (what, todo) in _told(reader)
        ],
        "link": row.get("link"),
        "last_seen_ms": shown.seen_ms,
        "version": shown.version,
        "signal_dbm": shown.signal_dbm,
        "battery_mv": shown.battery_mv,
        "unsent": shown.depth,
        "clock": None if shown.clock is None else CLOCKS[shown.clock],
        "taps_ok": None if shown.success is None else round(shown.success, 4),
        "chip": shown.chip,
        "alerts": row.get("alerts", []),
        "health": row.get("health"),
    }


def _told(reader: Reader) -> Iterable[tuple[Any, tuple[str, str]]]:
    return ((one, wording.finding(reader.id, one)) for one in reader.findings)
