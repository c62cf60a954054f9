"""`luot device hand-in`: gives the office the taps that were read out of a reader. Reads no board."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from luot_controller.commands.saying import Office, saying_options
from luot_controller.errors import CommandRefused, UsageProblem
from luot_controller.language import _
from luot_controller.refusals import meaning

_PIECE_BYTES = 1500
"""Of the taps in one command, which the office takes up to 2048 bytes long."""


@click.command("hand-in")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@saying_options
def command(file: Path, as_json: bool, **where: Any) -> None:
    """Give the office the taps of FILE, as luot device swap has read them, each at the time when it was made.

    Those that the office has already change nothing, so a file may be handed in again.
    """
    reader, kid, taps = _read(file)
    counts = Office(as_json=as_json, **where).ask_for(lambda client: _hand_in(client, reader, kid, taps))
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo(_("{new} taps taken, {known} known before, {clashing} with another tap's name").format(**counts))


def _hand_in(client: Any, reader: str, kid: str, taps: list[list[Any]]) -> dict[str, Any]:
    """How many of them were what, piece by piece; raises CommandRefused."""
    counts = Counter(new=0, known=0, clashing=0)
    for piece in _pieces(taps):
        reply = client.command("HandInTaps", reader=reader, kid=kid, taps=piece)
        if not reply["ok"]:
            code = str(reply.get("code"))
            hint = _("Nothing is lost: hand the same file in again.")
            raise CommandRefused(code, f"{code}: {meaning(code)}", hint)
        counts.update(reply["taps"])
    return dict(counts)


def _read(file: Path) -> tuple[str, str, list[list[Any]]]:
    """Reader, key id and taps, each aged up to now."""
    try:
        values = json.loads(file.read_bytes())
        passed_ms = max(0, time.time_ns() // 1_000_000 - int(values["read_ms"]))
        taps = [
            [boot, seq, card, None if age_ms is None else age_ms + passed_ms, button]
            for boot, seq, card, age_ms, button in values["taps"]
        ]
        return str(values["reader"]), str(values["kid"]), taps
    except (ValueError, KeyError, TypeError):
        raise UsageProblem(f"{file} holds no taps of a reader", "Name the file that luot device swap wrote.") from None


def _pieces(taps: list[list[Any]]) -> Iterator[list[list[Any]]]:
    piece: list[list[Any]] = []
    size = 0
    for tap in taps:
        length = len(json.dumps(tap)) + 1
        if piece and size + length > _PIECE_BYTES:
            yield piece
            piece, size = [], 0
        piece.append(tap)
        size += length
    if piece:
        yield piece
