"""A reader's signed report on its own parts: asked for, verified where the key is known, and read. Opens no ledger."""

import json
import secrets
from collections.abc import Callable

from luot_controller.errors import LuotError
from luot_protocol import cose
from luot_protocol.errors import ProtocolError
from luot_tools.device import onboard_reader
from luot_tools.device.board import Board
from luot_tools.device.checks import Check

DIRECTION = b"luot/1/selftest"
"""As in firmware/luot_firmware/selftest.py."""

_PARTS_WITHIN_S = 60.0
_NONCE_BYTES = 8

FindKey = Callable[[str, str], bytes | None]
"""(reader, name of its key as hex digits) to the key; None where it is not known."""


class ReportForged(LuotError):
    """Raised for a report that the reader's key did not sign, or that answers another question."""

    code = "report.forged"


def ask(board: Board, card_s: float, find_key: FindKey) -> list[Check]:
    """Have the reader test its parts, waiting so long for a card; the last Check says who signed it."""
    nonce = secrets.token_hex(_NONCE_BYTES)
    said = board.call_within(_PARTS_WITHIN_S + card_s, onboard_reader.selftest, nonce, int(1000 * card_s))
    return read(bytes.fromhex(said), nonce, find_key)


def read(raw: bytes, nonce: str, find_key: FindKey) -> list[Check]:
    """The checks in a report's bytes; raises ReportForged."""
    try:
        envelope = cose.parse(raw)
        report = json.loads(envelope.payload)
        reader, kid = str(report["reader"]), envelope.kid.hex()
        checks = [
            Check(str(name), None if good is None else bool(good), _shown(what))
            for name, good, what in report["results"]
        ]
    except (ProtocolError, ValueError, KeyError, TypeError) as error:
        raise ReportForged(f"its report cannot be read: {error}", "Set the board up again.") from None
    key = find_key(reader, kid)
    if key is not None and not cose.verify(envelope, key, DIRECTION):
        raise ReportForged(f"its report was not signed with the key of {reader}", "Set the board up again.")
    if report.get("nonce") != nonce:
        raise ReportForged("its report answers another question", "Try again.")
    by = f"{reader}, key {kid}"
    signed = Check("signed", True, by) if key is not None else Check("signed", None, f"{by}, which is not known here")
    return [*checks, signed]


def _shown(what: object) -> str:
    return "" if what is None else str(what)
