"""The project's own files, as git sees them: tracked, or new and not ignored."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

TOPS = ("firmware", "controller", "protocol", "tools", "tests")


@cache
def files() -> tuple[str, ...]:
    """All paths, relative to the root and sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(sorted(path for path in set(listed.stdout.split("\0")) if path and (ROOT / path).is_file()))


def python_files(*folders: str) -> list[str]:
    """The Python files below these folders."""
    return [path for path in files() if path.endswith(".py") and path.startswith(tuple(f"{f}/" for f in folders))]


def text(path: str) -> str:
    """What a file holds."""
    return (ROOT / path).read_text(encoding="utf-8")


def imports(path: str) -> Iterator[str]:
    """The full names of all modules that a Python file imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(text(path), path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write the whole name instead of a relative import"
            yield node.module or ""
