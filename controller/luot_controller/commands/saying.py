"""How a command line says one thing to the office and tells what came of it; decides nothing about the line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from luot_controller.access import SUPERVISOR
from luot_controller.commands.options import data_option
from luot_controller.commands.reach import find_access, language_option, url_option
from luot_controller.errors import CommandRefused, UsageProblem
from luot_controller.language import DEFAULT, _, use
from luot_controller.refusals import meaning
from luot_controller.settings import FILE, load_site

Reply = dict[str, Any]


def saying_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that each of these commands has: where the office is, how to answer, how long to wait."""
    for option in (
        click.option(
            "--timeout",
            "timeout_s",
            type=click.FloatRange(0.1, 600),
            default=5.0,
            show_default=True,
            metavar="SECONDS",
            help="Give up after this long.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the office's reply as JSON."),
        language_option,
        url_option,
        data_option,
    ):
        command = option(command)
    return command


class Office:
    """The office that a command line speaks to, as its supervisor."""

    def __init__(self, data: Path, url: str | None, language: str | None, as_json: bool, timeout_s: float) -> None:
        self._access = find_access(SUPERVISOR, data, url)
        self._as_json = as_json
        self._timeout_s = timeout_s
        use(language or language_of(data))

    def say(self, command: str, desk: str | None = None, *, done: Callable[[Reply], str], **fields: Any) -> None:
        """Send one command; prints the reply, or what `done` makes of it.

        Raises CommandRefused, OfficeUnreachable, AccessRefused or TimedOut.
        """
        reply = self.ask_for(lambda office: office.command(command, desk, timeout_s=self._timeout_s, **fields))
        if self._as_json:
            click.echo(json.dumps(reply, ensure_ascii=False, indent=2))
        if not reply["ok"]:
            code = str(reply.get("code"))
            subject = str(reply.get("detail") or meaning(code))
            hint = _("Nothing was changed. luot status shows the office; docs/states.md says what is possible when.")
            raise CommandRefused(code, f"{code}: {subject}", hint)
        if not self._as_json:
            click.echo(done(reply))

    def ask_for(self, what: Callable[[Any], Reply]) -> Reply:
        """Connect, let `what` have its say to the OfficeClient, and disconnect."""
        from luot_controller.client import OfficeClient

        with OfficeClient(self._access, watch=()) as office:
            office.wait_ready(self._timeout_s)
            return what(office)


def language_of(data: Path) -> str:
    """The language of the office in this folder; the default where it is elsewhere."""
    try:
        return load_site(data / FILE).site.language
    except UsageProblem:
        return DEFAULT
