"""A prepared office without an office: keys and cards for tests that only sign and check."""

from pathlib import Path

from luot_tools.bench.ground import Ground, ReaderKey

READERS = [ReaderKey(f"entry-{number}", bytes((number,)), bytes((number,)) * 32) for number in (1, 2)]


def ground(cards: int) -> Ground:
    """Two readers and so many cards, in no folder."""
    return Ground(Path("nowhere"), READERS, [number.to_bytes(16, "big") for number in range(cards)])
