"""Files stay short enough to be read in one go."""

from work_tree import files, text

MOST_LINES = 400

WRITTEN = (".py", ".md", ".toml", ".sql", ".tcss", ".sh", "Makefile")
"""What people write; catalogues, vectors, pins and pictures are made by a command."""


def test_no_file_is_longer_than_400_lines() -> None:
    """A longer file has more than one duty: split it."""
    lengths = {path: len(text(path).splitlines()) for path in files() if path.endswith(WRITTEN)}
    assert {} == {path: length for path, length in lengths.items() if length > MOST_LINES}
