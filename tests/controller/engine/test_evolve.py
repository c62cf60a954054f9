"""What a fact does to the state that no decision leads to: other rules, and a past that was put away."""

from copy import deepcopy
from dataclasses import replace

from engine_day import POLICY, Day, adopted

from luot_controller.engine.commands import CallNext, Undo
from luot_controller.engine.events import Refused
from luot_controller.engine.ledger_facts import LedgerArchived
from luot_controller.engine.model import Desk


def test_other_rules_add_desks_and_take_none_away() -> None:
    """A new desk is there, free and open; one that the rules have no more keeps whom it had called."""
    day = Day()
    day.tap(17)
    day.do(CallNext("1"))
    kept = replace(day.state.desks["1"], undo=[])
    day.enter(adopted(replace(POLICY, desk_services={"2": frozenset({"papers"}), "4": frozenset({"land"})})))
    assert ["1", "2", "3", "4"] == sorted(day.state.desks)
    assert kept == day.state.desks["1"]
    assert Desk("4") == day.state.desks["4"]


def test_nothing_from_before_other_rules_can_be_undone() -> None:
    """It could bring back a service that the site has no more."""
    day = Day()
    day.tap(17)
    day.do(CallNext("1"))
    day.enter(adopted())
    assert [Refused("nothing_to_undo")] == day.do(Undo("1"))


def test_a_past_that_is_put_away_changes_nothing_but_the_count() -> None:
    """Desks, visits and lines are as before."""
    day = Day()
    day.tap(17)
    desks, visits, count = deepcopy(day.state.desks), deepcopy(day.state.visits), day.state.event_id
    day.enter(LedgerArchived(day.now_ms, 1, "00", "00", {"k1": (1, 1)}))
    assert (desks, visits, count + 1) == (day.state.desks, day.state.visits, day.state.event_id)
