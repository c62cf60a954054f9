"""`luot doctor`: whether an office can serve, and what to do where it cannot. Reads only; decides no check."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from luot_controller import access
from luot_controller.access import WATCH
from luot_controller.bootstrap import DEFAULT_PORT
from luot_controller.commands.options import data_option
from luot_controller.commands.reach import find_access, language_option, url_option
from luot_controller.doctor import credentials, disk, ledger, office, program
from luot_controller.doctor.finding import Finding, Level, fail
from luot_controller.errors import DataFolderMissing, ExitCode, LuotError
from luot_controller.language import DEFAULT, _, use

_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


@click.command("doctor")
@data_option
@url_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up waiting for the office after this long.",
)
def command(data: Path, url: str | None, language: str | None, as_json: bool, timeout_s: float) -> None:
    """Look whether the office can serve: its software, disk, ledger, clock, credentials, port, broker and readers.

    Exit code 0 when it can, whether it runs or not; 1 when it cannot. Nothing is changed. With --url only what can be
    seen from here is looked at.

    \b
    luot doctor
    luot doctor --json | jq '.findings[] | select(.level == "fail")'
    """
    if url is None:
        site, problem = credentials.read_site(data)
        use(language or (DEFAULT if site is None else site.site.language))
        looks: list[Callable[[], Iterable[Finding]]] = [
            program.look,
            lambda: disk.look(data),
            lambda: credentials.look(data, site, problem),
            lambda: ledger.look(data, site),
            lambda: _office_here(data, timeout_s),
        ]
    else:
        way = find_access(WATCH, data, url)
        use(language or DEFAULT)
        looks = [program.look, lambda: office.look(way, None, timeout_s)]
    findings = []
    for finding in _all(looks):
        findings.append(finding)
        if not as_json:
            click.echo("\n".join(lines(finding)))
    can_serve = all(finding.level is not Level.FAIL for finding in findings)
    if as_json:
        rows = [finding._asdict() for finding in findings]
        click.echo(json.dumps({"can_serve": can_serve, "findings": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(_("The office can serve.") if can_serve else _("The office cannot serve."))
    if not can_serve:
        sys.exit(ExitCode.FAILED)


def lines(finding: Finding) -> list[str]:
    """What to print of one finding."""
    told = [f"{_MARKS[finding.level]}  {finding.what}"]
    return [*told, f"      {finding.todo}"] if finding.todo else told


def _all(looks: Iterable[Callable[[], Iterable[Finding]]]) -> Iterator[Finding]:
    """Every finding; a check that may not look somewhere says so, and the others go on."""
    for look in looks:
        try:
            yield from look()
        except OSError as error:
            what = f"{error.filename or look}: {error.strerror}"
            yield fail("disk.unreadable", what, _("Run this as the office's user."))


def _office_here(data: Path, timeout_s: float) -> Iterable[Finding]:
    try:
        return office.look(access.load(data, WATCH), data, timeout_s)
    except DataFolderMissing:
        return office.look_at_port(DEFAULT_PORT)
    except (LuotError, OSError):
        return []  # what is wrong with the access files has been said
