"""The six fixed top-level names, one import package in each, and nothing else at the top."""

import pytest
from work_tree import ROOT, TOPS, files, python_files, text

PACKAGES = ("firmware", "controller", "protocol", "tools")

BESIDES = {
    *("Makefile", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "constraints.txt"),
    *("docs", ".ci", ".gitignore", ".gitattributes", ".editorconfig"),
}


def test_the_six_names_are_there() -> None:
    """Newcomers, scripts and other checks rely on these names."""
    assert [*TOPS, "Makefile"] == [name for name in (*TOPS, "Makefile") if (ROOT / name).exists()]


def test_nothing_else_stands_at_the_top() -> None:
    """A new top-level name is a decision: it is added here first."""
    assert set() == {path.split("/")[0] for path in files()} - {*TOPS, *BESIDES}


@pytest.mark.parametrize("folder", PACKAGES)
def test_each_holds_one_package_named_after_it(folder: str) -> None:
    """Folder X holds the import package luot_X, so a name on the wire, the board and the host is found the same way."""
    packages = {path.split("/")[1] for path in files() if path.startswith(f"{folder}/luot_")}
    assert {f"luot_{folder}"} == packages


@pytest.mark.parametrize("folder", PACKAGES)
def test_every_package_folder_says_what_it_is(folder: str) -> None:
    """Each folder with Python files has an __init__.py; without one the import contracts would overlook it."""
    here = {path.rpartition("/")[0] for path in python_files(f"{folder}/luot_{folder}")}
    assert [] == sorted(name for name in here if f"{name}/__init__.py" not in files())


def test_every_file_says_its_duty() -> None:
    """The first line of each Python file is a docstring: what the file is for."""
    first_lines = {path: text(path).partition("\n")[0] for path in python_files(*TOPS)}
    assert {} == {path: line for path, line in first_lines.items() if not line.startswith('"""') or len(line) < 20}
