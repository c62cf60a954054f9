"""luot_controller.replay.accuracy: what people are told, on days of a large and of a small site."""

import pytest

from luot_controller.replay.accuracy import LEARNING_DAYS, accuracy
from luot_controller.replay.invented import Office

LARGE = Office(per_day=250, desks=6, mean_min=9)
SMALL = Office(per_day=60, desks=2, mean_min=10)


@pytest.mark.parametrize(("office", "days", "most_min"), [(LARGE, 70, 5.0), (SMALL, 120, 7.0)], ids=["large", "small"])
def test_expected_waits_can_be_stood_for(office: Office, days: int, most_min: float) -> None:
    """Off by at most 5 or 7 minutes on average, over three quarters within the band, far better than recent waits."""
    found = accuracy(office, days, seed=7)
    print(found)
    assert found.people > 3000
    assert found.error_min < most_min
    assert found.error_min < 0.6 * found.naive_error_min
    assert abs(found.bias_min) < 1.5
    assert 0.75 < found.cover < 0.88


def test_a_crowded_day_with_many_priority_people() -> None:
    """With 30 of 100 ahead of their turn and a third more work than usual, those who wait are told of them."""
    found = accuracy(Office(per_day=280, desks=6, mean_min=9, priority_share=0.3), 25, seed=3)
    print(found)
    assert abs(found.bias_min) < 3
    assert found.error_min < 0.5 * found.naive_error_min


def test_several_services_at_shared_desks() -> None:
    """Two services at the same desks are one line: what is told is as good."""
    one = accuracy(LARGE, 25, seed=5)
    two = accuracy(Office(per_day=250, desks=6, mean_min=9, services={"papers": 0.6, "land": 0.4}), 25, seed=5)
    assert two.error_min == pytest.approx(one.error_min, rel=0.35)
    assert 0.7 < two.cover < 0.9


def test_desks_that_share_some_of_their_services() -> None:
    """Two desks for h and c, one for d, one for d and c: hardly off on average, and nearly as much within the band."""
    layout = {"1": "hc", "2": "hc", "3": "d", "4": "dc"}
    office = Office(per_day=160, desks=4, mean_min=9, services={"h": 0.35, "c": 0.3, "d": 0.35}, layout=layout)
    found = accuracy(office, 30, seed=1)
    print(found)
    assert abs(found.bias_min) < 2.5
    assert found.error_min < 0.7 * found.naive_error_min
    assert 0.68 < found.cover < 0.9


def test_learning_days_do_not_count() -> None:
    """With no day more than those there is nobody to be counted."""
    with pytest.raises(ValueError, match="mean"):
        accuracy(SMALL, LEARNING_DAYS, seed=1)
