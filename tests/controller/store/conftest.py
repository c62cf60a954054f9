"""What the tests of the store share: a ledger in a folder of its own, and days whose facts it can keep."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from recorded_day import RecordedDay

from luot_controller.store.sqlite import SqliteStore


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Callable[[], SqliteStore]]:
    """Open the ledger of the test's folder, as often as wanted."""
    stores: list[SqliteStore] = []

    def open_one() -> SqliteStore:
        stores.append(SqliteStore(tmp_path))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], SqliteStore]) -> SqliteStore:
    """An empty ledger."""
    return open_store()


@pytest.fixture
def day() -> RecordedDay:
    """A day at the line whose facts can be committed."""
    return RecordedDay()
