"""`luot status`: everything about the office in short, asked once. Reads only; prints data on stdout, nothing else."""

import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from luot_controller.access import WATCH
from luot_controller.commands.options import data_option
from luot_controller.commands.reach import find_access, language_option, url_option
from luot_controller.console.office import Connect
from luot_controller.console.wording import desk_state
from luot_controller.fault_words import fault_words
from luot_controller.language import DEFAULT, N_, _, clock, duration, ngettext, use, wait_in_full
from luot_controller.screen.office import OnChange, OnLink
from luot_controller.screen.plain import fit, plain

_SITE_WITHIN_S = 1.0
_LINKS = {"ready": N_("ready"), "sleeping": N_("sleeping"), "lost": N_("lost")}

Row = Mapping[str, Any]


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the office's answer as JSON.")
@data_option
@url_option
@language_option
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up after this long.",
)
def command(as_json: bool, data: Path, url: str | None, language: str | None, timeout_s: float) -> None:
    """Show who waits, what the desks do, and which readers can be heard.

    \b
    luot status
    luot status --json | jq .waiting
    """
    access = find_access(WATCH, data, url)

    from luot_controller.client import OfficeClient

    def connect(on_change: OnChange, on_link: OnLink) -> OfficeClient:
        return OfficeClient(access, on_change=on_change, on_link=on_link, watch=("office", "site"))

    site, status = fetch(connect, timeout_s)
    if as_json:
        click.echo(json.dumps({"site": site.get("name")} | dict(status), ensure_ascii=False, indent=2))
    else:
        use(language or site.get("language") or DEFAULT)
        click.echo("\n".join(table(site, status)))


def fetch(connect: Connect, timeout_s: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask the office once, within `timeout_s`; returns its `site` message and its answer's `status`.

    Raises OfficeUnreachable, AccessRefused, TimedOut, or LuotError when the office will not say.
    """
    site: dict[str, Any] = {}
    named = threading.Event()

    def hear(name: str, _id: str | None, message: dict[str, Any]) -> None:
        if name == "site":
            site.update(message)
            named.set()

    from luot_controller.client import whole_status

    office = connect(hear, lambda _up: None)
    until = time.monotonic() + timeout_s
    office.start()
    try:
        office.wait_ready(timeout_s)
        status = whole_status(office.ask, max(0.1, until - time.monotonic()))
        named.wait(min(_SITE_WITHIN_S, max(0.0, until - time.monotonic())))
    finally:
        office.stop()
    return site, status


def table(site: Row, status: Row) -> list[str]:
    """The lines to print: the office, its services, desks, readers and counters."""
    waiting = _int(status, "waiting") or 0
    at_ms = _int(status, "at_ms")
    head = [plain(site.get("name")), clock(at_ms) if at_ms is not None else ""]
    closing_ms = _int(status, "closing_ms")
    head.append("" if closing_ms is None else _("closes at {time}").format(time=clock(closing_ms)))
    head.append(ngettext("{count} waiting", "{count} waiting", waiting).format(count=waiting))
    lines = ["   ".join(part for part in head if part)]
    names = {row["id"]: row.get("name") for row in _rows(site, "services")}
    titles: tuple[str, ...] = (_("Service"), _("waiting"), _("expected wait"))
    lines += _table(titles, "<>>", (_service(row, names) for row in _rows(status, "services")))
    lines += _table((_("Desk"), _("state"), _("number")), "<<>", map(_desk, _rows(status, "desks")))
    titles = (_("Reader"), _("role"), _("link"), _("last heard"), _("unsent"), _("condition"))
    lines += _table(titles, "<<<>><", (_reader(row, at_ms) for row in _rows(status, "readers")))
    counters = status.get("counters")
    if isinstance(counters, dict):
        counted = sorted((plain(name), str(count)) for name, count in counters.items() if isinstance(count, int))
        lines += _table((_("Counted since the start"), ""), "<>", counted)
    return lines


def _service(row: Row, names: Row) -> tuple[str, ...]:
    name = plain(row.get("name")) or plain(names.get(row["id"])) or plain(row["id"])
    wait = wait_in_full(_int(row, "lo_min"), _int(row, "hi_min"), row.get("closes_first") is True)
    return name, _number(row, "waiting"), wait


def _desk(row: Row) -> tuple[str, ...]:
    return plain(row["id"]), desk_state(plain(row.get("state"))), _number(row, "number")


def _reader(row: Row, at_ms: int | None) -> tuple[str, ...]:
    link, seen_ms = plain(row.get("link")), _int(row, "last_seen_ms")
    ago = "" if seen_ms is None or at_ms is None else duration(max(0, at_ms - seen_ms))
    return (
        plain(row["id"]),
        plain(row.get("role")),
        _(_LINKS[link]) if link in _LINKS else link,
        ago,
        _number(row, "depth"),
        _condition(row),
    )


def _condition(row: Row) -> str:
    faults = row.get("faults")
    if not isinstance(faults, list):
        return ""
    return "; ".join(fault_words(plain(fault)) for fault in faults) or _("well")


def _table(titles: Sequence[str], sides: str, rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A blank line, the titles and the rows in columns, each to the left or right as `sides` says; nothing for none."""
    cells = [tuple(titles), *rows]
    if len(cells) == 1:
        return []
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "   ".join(fit(text, width, side == ">") for text, width, side in zip(row, widths, sides, strict=True))
        for row in cells
    )
    return ["", *(line.rstrip() for line in lines)]


def _rows(status: Row, key: str) -> list[Row]:
    rows = status.get(key)
    return (
        [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]
        if isinstance(rows, list)
        else []
    )


def _int(row: Row, key: str) -> int | None:
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(row: Row, key: str) -> str:
    value = _int(row, key)
    return "" if value is None else str(value)
