"""docs/states.md: fresh, and every code in it has a meaning."""

from collections.abc import Iterator

import pytest

from luot_controller.engine.commands import Tap
from luot_controller.engine.model import Duty
from luot_controller.engine.transitions import ANY_COMMAND, TABLE, TAPS, Cell, Does, Rule
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


def other_cells(cell: Cell) -> Iterator[Cell]:
    """Another refusal, and what no act leads to."""
    yield "no_visit" if cell == "desk_free" else "desk_free"
    yield Does(lambda _moment: [], (), ("no_visit",))


def other_rules(rule: Rule) -> Iterator[Rule]:
    """The rule with one thing changed: a cell, a duty of the desk, the day, or whether the desk may be busy."""
    for state, cell in rule.cells.items():
        yield from (rule._replace(cells={**rule.cells, state: other}) for other in other_cells(cell))
    for duty in Duty:
        yield rule._replace(duty={**rule.duty, duty: "no_visit"})
        yield rule._replace(duty={**rule.duty, duty: "desk_free"})
    for day_is in (True, False):
        yield rule._replace(day={**rule.day, day_is: "no_visit"})
    yield from (rule._replace(duty={at: code for at, code in rule.duty.items() if at != gone}) for gone in rule.duty)
    yield from (rule._replace(day={at: code for at, code in rule.day.items() if at != gone}) for gone in rule.day)
    yield rule._replace(busy=None if rule.busy else "desk_busy")


def test_whatever_is_changed_in_the_table_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell and each condition of each rule, each answer to a tap: nothing changes there unseen."""
    page, seen = states.text(), 0
    for command, rule in TABLE.items():
        for other in other_rules(rule):
            monkeypatch.setattr(states, "TABLE", {**TABLE, command: other})
            assert page != states.text(), (command.__name__, other)
            seen += 1
    monkeypatch.setattr(states, "TABLE", TABLE)
    for state, row in TAPS.items():
        for role, means in row.items():
            row_now = {**row, role: means._replace(answers=(*means.answers, 0))}
            monkeypatch.setattr(states, "TAPS", {**TAPS, state: row_now})
            assert page != states.text(), (state, role)
            seen += 1
    assert seen > 400
