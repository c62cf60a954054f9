"""A reader's report counts only when its key signed it, for the question that was asked."""

import json

import pytest

from luot_protocol import cose
from luot_tools.device import report
from luot_tools.device.checks import Check

KEY, KID = b"\x11" * 32, b"\x0a\x0b"
RESULTS = [["chip", True, "92"], ["card", None, None], ["outbox", False, "28"]]


def sealed(key: bytes = KEY, direction: bytes = report.DIRECTION, results: object = RESULTS) -> bytes:
    payload = json.dumps({"reader": "entry-1", "nonce": "abc", "results": results}).encode()
    return cose.seal(payload, KID, key, direction)


def test_a_signed_report() -> None:
    """Each result is a check, what could not be tried is neither good nor bad, and the signature is the last."""
    asked = []

    def find_key(reader: str, kid: str) -> bytes:
        asked.append((reader, kid))
        return KEY

    wanted = [Check("chip", True, "92"), Check("card", None, ""), Check("outbox", False, "28")]
    assert [*wanted, Check("signed", True, "entry-1, key 0a0b")] == report.read(sealed(), "abc", find_key)
    assert [("entry-1", "0a0b")] == asked


def test_where_the_key_is_not_known() -> None:
    """The results are shown, and that nobody vouches for them."""
    found = report.read(sealed(), "abc", lambda *_: None)
    assert Check("signed", None, "entry-1, key 0a0b, which is not known here") == found[-1]


@pytest.mark.parametrize(
    ("raw", "nonce", "complaint"),
    [
        (sealed(key=b"\x12" * 32), "abc", "was not signed with the key of entry-1"),
        (sealed(direction=b"luot/1/up"), "abc", "was not signed"),
        (sealed(), "abd", "answers another question"),
        (b"", "abc", "cannot be read"),
        (sealed()[:-1], "abc", "cannot be read"),
        (cose.seal(b"{}", KID, KEY, report.DIRECTION), "abc", "cannot be read"),
        (cose.seal(b"\xff", KID, KEY, report.DIRECTION), "abc", "cannot be read"),
        (sealed(results=[["chip"]]), "abc", "cannot be read"),
        (sealed(results=7), "abc", "cannot be read"),
    ],
)
def test_what_is_no_report_of_this_reader(raw: bytes, nonce: str, complaint: str) -> None:
    """Said as what it is, with what to do."""
    with pytest.raises(report.ReportForged, match=complaint):
        report.read(raw, nonce, lambda *_: KEY)
