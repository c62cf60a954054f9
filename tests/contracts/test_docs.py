"""What the documentation names is there: files, make targets and commands."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from work_tree import TOPS, files, text

from luot_controller.cli import COMMANDS

PAGES = [
    "README.md",
    "docs/architecture.md",
    "docs/decisions.md",
    "docs/hardware.md",
    "docs/ledger.md",
    "docs/performance.md",
    "docs/proofs.md",
    "docs/technician.md",
    "CHANGELOG.md",
]

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_PATH = re.compile(rf"(?:{'|'.join((*TOPS, 'docs'))})/[\w./-]*[\w/]|[\w./-]+\.(?:py|sql|tcss|md)")


def code(page: str) -> Iterator[str]:
    """Every code span and block of a page."""
    return (match[0].strip("`") for match in _CODE.finditer(text(page)))


def exists(path: str) -> bool:
    """True for a file or folder, by its whole path or by its last parts, as in `engine/order.py`."""
    name = path.rstrip("/")
    return any(f"/{file}".endswith(f"/{name}") or file.startswith(f"{name}/") for file in files())


@pytest.mark.parametrize("page", PAGES)
def test_paths_exist(page: str) -> None:
    """Each path in code font is a file or folder of the tree; one with a placeholder in it is not looked at."""
    spans = [span for span in code(page) if "\n" not in span and not set("<>{}*$ ") & set(span)]
    named = {span for span in spans if _PATH.fullmatch(span)}
    assert set() == {path for path in named if not exists(path)}


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    """Each `make x` is a verb that `make help` lists."""
    verbs = set(re.findall(r"^([a-z0-9-]+):.*## ", text("Makefile"), re.MULTILINE))
    named = {verb for span in code(page) for verb in re.findall(r"\bmake ([a-z][a-z0-9-]*)", span)}
    assert set() == named - verbs


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    """Each `luot x` is a command of the tree."""
    named = {word for span in code(page) for word in re.findall(r"(?:^|\n|\s|/)luot ([a-z][a-z-]*)", span)}
    assert set() == named - set(COMMANDS)


def test_the_readme_starts_an_office() -> None:
    """The two verbs that a newcomer needs are in the README."""
    assert {"run", "test"} <= {verb for span in code("README.md") for verb in re.findall(r"\bmake ([a-z]+)", span)}


def test_every_dependency_has_its_reason() -> None:
    """Each package that pyproject.toml asks for stands in docs/decisions.md."""
    project = tomllib.loads(text("pyproject.toml"))
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(package for extra in project["project"]["optional-dependencies"].values() for package in extra),
    ]
    reasons = [line.partition(" | ")[0] for line in text("docs/decisions.md").splitlines() if line.startswith("| ")]
    names = {package.partition("==")[0] for package in asked}
    assert set() == {name for name in names if not any(re.search(rf"\b{name}(?![\w-])", row) for row in reasons)}


def test_everything_is_pinned() -> None:
    """constraints.txt has the one version of each package that pyproject.toml asks for, and pins all the others."""
    project = tomllib.loads(text("pyproject.toml"))["project"]
    asked = {
        *project["dependencies"],
        *(package for extra in project["optional-dependencies"].values() for package in extra),
    }
    pins = [line for line in text("constraints.txt").splitlines() if not line.startswith("#")]
    assert [] == [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    assert pins == sorted(pins, key=str.lower)
    assert set() == {package.lower().replace("-", "_") for package in asked} - {
        pin.lower().replace("-", "_") for pin in pins
    }
