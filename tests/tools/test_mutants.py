"""What is made of mutmut's words and counts."""

import pytest

from luot_tools import mutants


def test_whatever_was_not_noticed_is_named() -> None:
    """A mutant that survived, or that no test runs, is shown; one that hung the tests was noticed."""
    printed = "    a.x_f__mutmut_1: survived\n    a.x_f__mutmut_2: timeout\n    a.x_g__mutmut_1: no tests\n\n"
    assert ["a.x_f__mutmut_1", "a.x_g__mutmut_1"] == mutants.survivors(printed)


def test_a_change_is_its_lines() -> None:
    """The name, and the line before and after it, without the head of the diff."""
    printed = (
        "note\n# a.x_f__mutmut_1: survived\n--- a.py\n+++ a.py\n@@ -1 +1 @@\n def f():\n-    return 1\n+    return 2\n"
    )
    assert ["a.x_f__mutmut_1: survived", "-    return 1", "+    return 2"] == mutants.changes(printed)


@pytest.mark.parametrize(
    ("killed", "timeout", "total", "is_enough"),
    [(85, 0, 100, True), (84, 1, 100, True), (84, 0, 100, False), (0, 0, 0, False)],
)
def test_the_share_decides(killed: int, timeout: int, total: int, is_enough: bool) -> None:
    """85 of 100 are enough, 84 are not, and nothing tried is nothing shown."""
    words, said = mutants.verdict({"killed": killed, "timeout": timeout, "total": total})
    assert is_enough is said
    assert f"{killed + timeout} of {total} noticed" in words
