"""Nothing in the tree points at the machine, the registry or the workplace where it was made."""

import re

import pytest
from work_tree import ROOT, files

# Put together here, so that this file does not hold what it looks for.
_REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "deb.debian" + ".org", "registry.npmjs" + ".org")
_FOLDERS = ("work", "home", "root", "Users")

FORBIDDEN = re.compile("|".join([*map(re.escape, _REGISTRIES), rf"(?<![\w./~{{}}-])/(?:{'|'.join(_FOLDERS)})/\w"]))


def lines_of(path: str) -> list[str]:
    """The lines of a text file; none of a compiled catalogue or a picture."""
    content = (ROOT / path).read_bytes()
    return [] if b"\0" in content[:8000] else content.decode("utf-8").splitlines()


def test_no_machine_or_registry_is_named() -> None:
    """No absolute path of somebody's machine and no package registry's host: both are wrong on the next machine."""
    found = [
        f"{path}:{at}: {line}"
        for path in files()
        for at, line in enumerate(lines_of(path), 1)
        if FORBIDDEN.search(line)
    ]
    assert [] == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cd /wo" + "rk/main", True),
        ("'/ho" + "me/someone/x'", True),
        ("see https://pypi" + ".org/project/x", True),
        ("luot/1/work/board", False),
        ("https://example.org/work/x", False),
        ("/usr/sbin/mosquitto", False),
    ],
)
def test_the_pattern_finds_what_it_should(line: str, found: bool) -> None:
    """The check can fail: it finds such lines, and no innocent ones."""
    assert found == bool(FORBIDDEN.search(line))
