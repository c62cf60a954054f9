"""The language is the whole process's: each of these tests begins in English and leaves it as it was."""

from collections.abc import Iterator

import pytest

from luot_controller import language


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """English, until the test or a command says otherwise."""
    was = language.current()
    language.use("en")
    yield
    language.use(was)
