"""How one port of a bridge is, as screens and programs are told. Holds no logic."""

from typing import NamedTuple

CLOSED = "closed"
SILENT = "silent"
WAITING = "waiting"
CARRIED = "carried"
REFUSED = "refused"
LOST = "lost"


class Row(NamedTuple):
    """One port.

    state: closed (it cannot be opened), silent (no reader speaks there), waiting (a reader does, the broker does not),
    carried, refused (this reader is not carried), lost (a reader was there and has gone). problem, hint: why, and what
    to do. taps, receipts: carried, each tap counted once. damaged: lines and frames that were not whole. pulled: how
    often a reader was lost. heard_s: time.monotonic() of the last line.
    """

    port: str
    state: str = CLOSED
    reader: str = ""
    problem: str = ""
    hint: str = ""
    taps: int = 0
    receipts: int = 0
    damaged: int = 0
    pulled: int = 0
    heard_s: float | None = None
