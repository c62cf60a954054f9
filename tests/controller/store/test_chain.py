"""The chain of hashes: which bytes are hashed, and the two forms of a head that is kept elsewhere."""

import hashlib

import pytest

from luot_controller.store import chain
from luot_controller.store.chain import Anchor, Head

LINE = b'1 1700000000000 TapIgnored {"at_ms":5}'


def test_the_bytes_that_are_hashed() -> None:
    """docs/ledger.md promises these bytes to whoever checks a ledger with tools of their own."""
    assert chain.line(1, 1_700_000_000_000, "TapIgnored", b'{"at_ms":5}') == LINE
    assert hashlib.sha256(bytes(32) + LINE).digest() == chain.next_hash(chain.GENESIS, LINE)


@pytest.mark.parametrize("column", range(4))
def test_every_part_counts(column: int) -> None:
    """Another id, wall clock, kind or body is another line; and the hash before is part of each hash."""
    parts: list[int | str | bytes] = [7, 1_000, "VisitOpened", b"{}"]
    changed = list(parts)
    changed[column] = [8, 1_001, "VisitCalled", b"{ }"][column]
    assert chain.line(*parts) != chain.line(*changed)  # type: ignore[arg-type]
    assert chain.next_hash(bytes(32), LINE) != chain.next_hash(b"\1" + bytes(31), LINE)


def test_both_forms_of_a_head() -> None:
    """The full form for programs, the short one of 80 bits for a wall; each names the same event and fits its hash."""
    head = Head(12_345, hashlib.sha256(b"x").digest())
    assert "12345:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" == head.full
    assert "12345-FVYR-MQVX-E2YE-IALC" == head.short
    for text in (head.full, head.short):
        anchor = chain.read_anchor(text)
        assert anchor is not None
        assert (12_345, True, False) == (anchor.event_id, anchor.fits(head.hash), anchor.fits(bytes(32)))


@pytest.mark.parametrize(
    "text", ["12345-fvyr-mqvx-e2ye-ialc", " 12345 FVYR MQVX E2YE IALC\n", "12345-FVYRMQVXE2YEIALC"]
)
def test_a_head_as_people_write_it(text: str) -> None:
    """Small letters, spaces or no hyphens: it is the same head."""
    assert Anchor(12_345, hashlib.sha256(b"x").digest()[:10]) == chain.read_anchor(text)


@pytest.mark.parametrize(
    "text", ["", "12345", "12345:00", "FVYR-MQVX-E2YE-IALC", "12345-FVYR-MQVX-E2YE", "1-0189-MQVX-E2YE-IALC"]
)
def test_what_is_no_head(text: str) -> None:
    """Cut off, without its event, or with letters that base32 has not: not taken for one that does not fit."""
    assert chain.read_anchor(text) is None
