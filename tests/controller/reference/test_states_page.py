"""docs/states.md: fresh, and every code in it has a meaning."""

from luot_controller.engine.commands import Tap
from luot_controller.engine.transitions import ANY_COMMAND, TABLE, Does
from luot_controller.reference import states
from luot_controller.refusals import REFUSALS


def test_the_page_is_fresh() -> None:
    """What stands in docs/ is what the table says now; `make docs` writes it again."""
    assert states.text() == states.FILE.read_text(encoding="utf-8")


def test_every_refusal_has_a_meaning_and_every_meaning_a_refusal() -> None:
    """A code that nobody explained, and a meaning that no cell can give, both fail here."""
    given = {*ANY_COMMAND, *states.ELSEWHERE}
    for rule in TABLE.values():
        given |= {*rule.duty.values(), *rule.day.values(), *([rule.busy] if rule.busy else ())}
        for cell in rule.cells.values():
            given |= set(cell.unless) if isinstance(cell, Does) else {cell}
    assert given == set(REFUSALS)


def test_every_command_is_on_the_page() -> None:
    """Each command of the table, with what it does in its own words."""
    text = states.text()
    for command in TABLE:
        assert f"| **{command.__name__}** |" in text
        assert " ".join((command.__doc__ or "").partition("\n\n")[0].split()) in text
    assert Tap not in TABLE
