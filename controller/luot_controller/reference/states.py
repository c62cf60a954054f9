"""Writes docs/states.md: every command in every state, from the table that decides; adds nothing of its own."""

import inspect
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from luot_controller.engine.commands import Undo
from luot_controller.engine.events import FACTS
from luot_controller.engine.model import DAY_ENDS, OVER, DayEnd, Duty, Role, VisitState
from luot_controller.engine.transitions import ANY_COMMAND, ANY_TAP, TABLE, TAPS, Cell, Does, Rule, Subject
from luot_controller.ingest.keys import RIGHTS
from luot_controller.refusals import REFUSALS
from luot_protocol import codes

FILE = Path(__file__).parents[3] / "docs" / "states.md"

ELSEWHERE = (
    *("forbidden", "unknown_card", "no_site_file", "site_file_invalid", "unknown_reader", "reader_unheard"),
    *("unreadable_taps", "not_enrolling", "no_number_free"),
)
"""The refusals that come before the engine is asked."""

_STATES = (None, *VisitState)
_AT_DESK = (None, VisitState.CALLED, VisitState.SERVING)
_NONE = "none"


def text() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# States and commands",
            "",
            "Made by `make docs` from `engine/transitions.py`, the table by which the office decides; a test fails",
            "when this page is stale. A cell names the state that follows, or `refused: why`; *as it was* leaves the",
            "visit where it stood. A refused command changes nothing.",
            "",
            *_diagram(),
            *_rules(
                "To a desk, with the visit that is there", Subject.DESK, (None, VisitState.CALLED, VisitState.SERVING)
            ),
            *_rules("To the visit of a number", Subject.NUMBER, _STATES),
            *_rules("To the office", Subject.NOTHING, (None,)),
            *_limits(),
            *_rights(),
            *_taps(),
            *_day_end(),
            *_meanings(),
            *_facts(),
        ]
    )


def _diagram() -> list[str]:
    """Commands that move a visit; what is over stays over, but for Undo, which brings anything back."""
    arrows: dict[tuple[VisitState, VisitState], list[str]] = {}
    for command, rule in TABLE.items():
        for state, cell in rule.cells.items():
            before = VisitState.WAITING if state is None and rule.subject is Subject.DESK else state
            if before is None or before in OVER or not isinstance(cell, Does) or command is Undo:
                continue
            for to in cell.to:
                if to is not before:
                    arrows.setdefault((before, to), []).append(command.__name__)
    lines = [f"    {before} --> {to}: {', '.join(sorted(names))}" for (before, to), names in sorted(arrows.items())]
    return ["```mermaid", "stateDiagram-v2", "    [*] --> waiting: OpenVisit, or a tap at the entry", *lines, "```", ""]


def _rules(title: str, subject: Subject, states: Sequence[VisitState | None]) -> list[str]:
    rows = [
        (f"**{command.__name__}**", *(_cell(rule.cells.get(state, "")) for state in states))
        for command, rule in TABLE.items()
        if rule.subject is subject
    ]
    return [f"## {title}", "", *_table(("command", *(state or _free(subject) for state in states)), rows), ""]


def _free(subject: Subject) -> str:
    return {Subject.DESK: "desk free", Subject.NUMBER: _NONE, Subject.NOTHING: ""}[subject]


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"refused: `{cell}`"
    if len(cell.to) == len(VisitState):
        return "as before that command"
    return " or ".join(cell.to) or "as it was"


def _limits() -> list[str]:
    always = ", ".join(f"`{code}`" for code in ANY_COMMAND)
    rows = [
        (
            f"**{command.__name__}**",
            _doc(command),
            ", ".join(_unless(rule)) or "-",
        )
        for command, rule in TABLE.items()
    ]
    return [
        "## What each command does, and what else can refuse it",
        "",
        f"Every command can be refused by {always}.",
        "",
        *_table(("command", "does", "refused also by"), rows),
        "",
    ]


def _unless(rule: Rule) -> Iterable[str]:
    """The refusals of a rule that no cell of the table shows, and when, in a steady order."""
    found = dict.fromkeys(f"`{code}` (desk {duty})" for duty, code in rule.duty.items())
    found |= dict.fromkeys(f"`{code}` (day {'open' if is_open else 'closed'})" for is_open, code in rule.day.items())
    if rule.busy is not None:
        found[f"`{rule.busy}` (desk not free)"] = None
    for cell in rule.cells.values():
        if isinstance(cell, Does):
            found.update(dict.fromkeys(f"`{code}`" for code in cell.unless))
    return found


def _rights() -> list[str]:
    rows = [(who, ", ".join(sorted(names))) for who, names in RIGHTS.items()]
    return ["## Who may say what", "", "A clerk only to the own desk.", "", *_table(("sender", "commands"), rows), ""]


def _taps() -> list[str]:
    rows = [
        (state or _NONE, *(" or ".join(f"`{codes.name(code)}`" for code in row[role].answers) for role in Role))
        for state, row in TAPS.items()
    ]
    first = ", ".join(f"`{codes.name(code)}`" for code in ANY_TAP)
    return [
        "## What a tap means",
        "",
        "By the role of the reader and the state of the card's visit; the word is the one of the receipt. Before the",
        f"table a tap can be answered by {first}.",
        "",
        *_table(("visit", *Role), rows),
        "",
        "At a reader that enrols cards (EnrolCards) no tap means any of this: a card that the site does not know",
        "gets the next number, `enrolled`, any other has one, `already_enrolled`. That ends by its time, by",
        "EndEnrolment and with a start of the office. A tap that was read out of a reader's flash counts like any.",
        "",
    ]


def _day_end() -> list[str]:
    rows = [(state, end) for state, end in DAY_ENDS.items()]
    kinds = ", ".join(f"`{end}`" for end in DayEnd)
    return [
        "## Closing the day",
        "",
        f"The site file may say otherwise for each ({kinds}); desks that are free then close. A tap made before the",
        "close and heard after it is answered with `day_over` and changes nothing.",
        "",
        *_table(("visit", "at the close"), rows),
        "",
        f"A desk is {', '.join(Duty)}: one that is not open calls nobody and does not count in estimates.",
        "",
    ]


def _meanings() -> list[str]:
    rows = [(f"`{code}`", meaning) for code, meaning in sorted(REFUSALS.items())]
    return ["## Why a command is refused", "", *_table(("code", "meaning"), rows), ""]


def _facts() -> list[str]:
    rows = [(f"`{fact.__name__}`", _doc(fact), ", ".join(_fields(fact))) for fact in FACTS]
    return ["## What enters the ledger", "", *_table(("fact", "meaning", "fields"), rows), ""]


def _fields(fact: type) -> list[str]:
    return [name for name in inspect.signature(fact).parameters if name != "at_ms"]


def _doc(of: type) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(of) or "").partition("\n\n")[0].split()).replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'|'.join(' --- ' for _ in head)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.write_text(text(), encoding="utf-8")
    print(target)
