"""`luot visit`: opens, calls, cancels and returns a visit by its number."""

from datetime import datetime
from typing import Any

import click

from luot_controller.commands.saying import Office, Reply, saying_options
from luot_controller.errors import UsageProblem
from luot_controller.language import _, wait_in_full


@click.group("visit")
def command() -> None:
    """Open, call, cancel and return visits by number."""


@command.command("open")
@click.option("--service", required=True, metavar="ID", help="The service wanted.")
@click.option("--then", multiple=True, metavar="ID", help="A service wanted after it; may be given again.")
@click.option("--class", "class_id", required=True, metavar="ID", help="The priority class.")
@click.option("--number", type=click.IntRange(1), help="Of the card handed out; without it a number without a card.")
@click.option("--appointed", metavar="HH:MM", help="The appointed time of today, if it is still to come.")
@saying_options
def open_(
    service: str, then: tuple[str, ...], class_id: str, number: int | None, appointed: str | None, **where: Any
) -> None:
    """Put a citizen in line by hand.

    \b
    luot visit open --service dat-dai --class thuong
    luot visit open --service dat-dai --then chung-thuc --class uu-tien --appointed 09:30
    """
    office = Office(**where)
    fields: dict[str, Any] = {"service": service, "class": class_id, "then": list(then) or None, "number": number}
    if appointed is not None:
        status = office.ask_for(lambda client: client.ask("status"))["status"]
        fields["appointed_ms"] = _today(appointed, status["at_ms"])

    def done(reply: Reply) -> str:
        text = _("Number {number}, {ahead} ahead").format(number=reply["number"], ahead=reply["ahead"])
        wait = wait_in_full(reply.get("lo_min"), reply.get("hi_min"), reply.get("closes_first") is True)
        return f"{text}, {wait}" if wait else text

    office.say("OpenVisit", done=done, **fields)


@command.command("call")
@click.argument("number", type=click.IntRange(1))
@click.option("--desk", required=True, metavar="DESK", help="The desk, which must be open and free.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is called out of its turn; it stays on record.")
@saying_options
def call(number: int, desk: str, reason: str, **where: Any) -> None:
    """Call NUMBER out of its turn."""
    Office(**where).say(
        "CallVisit",
        desk,
        number=number,
        reason=reason,
        done=lambda _reply: _("Number {number} is called to desk {desk}.").format(number=number, desk=desk),
    )


@command.command("cancel")
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", metavar="TEXT", help="Why; it stays on record.")
@saying_options
def cancel(number: int, reason: str | None, **where: Any) -> None:
    """End the visit of NUMBER, whose citizen does not want the turn any more."""
    Office(**where).say(
        "CancelVisit",
        number=number,
        reason=reason,
        done=lambda _reply: _("The visit of number {number} is cancelled.").format(number=number),
    )


@command.command("return")
@click.argument("number", type=click.IntRange(1))
@saying_options
def return_(number: int, **where: Any) -> None:
    """Put NUMBER, a no-show or held by a desk, back into line."""
    Office(**where).say(
        "ReturnVisit", number=number, done=lambda _reply: _("Number {number} is back in line.").format(number=number)
    )


def _today(time_of_day: str, now_ms: int) -> int:
    """Office milliseconds of a local time on the office's day."""
    try:
        at = datetime.strptime(time_of_day, "%H:%M")
    except ValueError:
        raise UsageProblem(f"{time_of_day!r} is not a time of day", "Give it as 09:30.") from None
    day = datetime.fromtimestamp(now_ms / 1000)
    return int(day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0).timestamp() * 1000)
