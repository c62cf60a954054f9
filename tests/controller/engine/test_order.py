"""The order of the line, against a plain sorted list."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.engine.order import Choice, Entry, Lines

SERVICES = ("papers", "land", "tax")
HEAD_STARTS = (0, 10, 45)

people = st.lists(
    st.tuples(st.sampled_from(SERVICES), st.sampled_from(HEAD_STARTS), st.integers(0, 60)), max_size=30
).map(lambda rows: [(service, (rank - head, rank, visit)) for visit, (service, head, rank) in enumerate(rows, 1)])
some_services = st.sets(st.sampled_from((*SERVICES, "nobody-asked-for")), min_size=1)


def lines_of(rows: list[tuple[str, Entry]]) -> Lines:
    """All of them in line."""
    lines = Lines()
    for service, entry in rows:
        lines.add(service, entry)
    return lines


def sorted_of(rows: list[tuple[str, Entry]], services: set[str]) -> list[Entry]:
    """The naive order: everyone of these services, sorted."""
    return sorted(entry for service, entry in rows if service in services)


@given(people, some_services)
def test_choice_is_that_of_a_sorted_list(rows: list[tuple[str, Entry]], services: set[str]) -> None:
    """Best and second are the first two of all who wait; oldest is who has the earliest rank time, ties by visit."""
    naive = sorted_of(rows, services)
    expected = None
    if naive:
        oldest = min(naive, key=lambda entry: (entry[1], entry[2]))
        expected = Choice(naive[0], naive[1] if len(naive) > 1 else None, oldest)
    assert expected == lines_of(rows).choose(services)


@given(people, some_services, st.tuples(st.integers(-50, 60), st.integers(0, 60), st.integers(0, 40)))
def test_ahead_counts_who_sorts_before(rows: list[tuple[str, Entry]], services: set[str], asked: Entry) -> None:
    """`ahead` is the number of smaller entries in those services, also for an entry that is not in line."""
    lines, naive = lines_of(rows), sorted_of(rows, services)
    assert sum(entry < asked for entry in naive) == lines.ahead(services, asked)
    assert list(range(len(naive))) == [lines.ahead(services, entry) for entry in naive]
    each = {service: sum(entry < asked for entry in sorted_of(rows, {service})) for service in services}
    assert each == lines.ahead_in_each(services, asked)


@given(people, some_services, st.integers(-1, 61))
def test_who_waits_since_is_known(rows: list[tuple[str, Entry]], services: set[str], at_ms: int) -> None:
    """Whether any rank time in those services is before that, whatever the head starts."""
    expected = any(entry[1] < at_ms for entry in sorted_of(rows, services))
    assert expected == lines_of(rows).wait_since(services, at_ms)


@given(people, st.sampled_from(SERVICES), st.integers(0, 35), st.integers(0, 35))
def test_page_is_a_slice_of_the_sorted_line(
    rows: list[tuple[str, Entry]], service: str, offset: int, limit: int
) -> None:
    """A page runs across the classes of a service in one order; beyond the end it is empty."""
    assert sorted_of(rows, {service})[offset : offset + limit] == lines_of(rows).page(service, offset, limit)


@given(people, st.data())
def test_who_leaves_is_gone(rows: list[tuple[str, Entry]], data: st.DataObject) -> None:
    """Whoever is taken out, the others keep their order, and the counts follow."""
    lines = lines_of(rows)
    leaving = data.draw(st.sets(st.sampled_from(rows))) if rows else set()
    for service, entry in leaving:
        lines.remove(service, entry)
    left = [row for row in rows if row not in leaving]
    for service in SERVICES:
        assert sorted_of(left, {service}) == lines.page(service, 0, 100)
    assert len(left) == lines.waiting(SERVICES)
    assert (None if not left else sorted_of(left, set(SERVICES))[0]) == (lines.choose(SERVICES) or (None,))[0]


def test_ties_go_to_the_earlier_rank_time_then_to_the_earlier_visit() -> None:
    """Two with the same key: who tapped first goes first, head start or not; same rank time too: the lower number."""
    lines = lines_of([("papers", (0, 45, 1)), ("papers", (0, 0, 3)), ("papers", (0, 0, 2))])
    assert [(0, 0, 2), (0, 0, 3), (0, 45, 1)] == lines.page("papers", 0, 9)


def test_nobody_waits() -> None:
    """An empty line has no next, no page and nobody ahead; a service that nobody ever asked for is an empty line."""
    lines = Lines()
    assert (None, [], 0, 0) == (
        lines.choose(["papers"]),
        lines.page("papers", 0, 5),
        lines.ahead(["papers"], (1, 1, 1)),
        lines.waiting(["papers"]),
    )


def test_taking_out_who_is_not_in_line_is_an_error() -> None:
    """A fact that contradicts the line is a bug that must not pass unseen."""
    lines = lines_of([("papers", (1, 1, 1))])
    with pytest.raises(ValueError, match=r"^visit 2 is not in line$"):
        lines.remove("papers", (2, 2, 2))


STEP = st.tuples(st.sampled_from(("comes", "comes", "called", "called", "leaves")), st.integers(0, 60))
steps = st.integers(0, 60).flatmap(lambda count: st.lists(STEP, min_size=count, max_size=count))


@given(steps)
def test_late_ones_come_and_others_leave(steps: list[tuple[str, int]]) -> None:
    """Who comes with an earlier time than all who were called is first, whoever leaves; the others stay in order."""
    lines = Lines()
    plain: list[Entry] = []
    for visit, (what, time) in enumerate(steps, 1):
        if what == "comes":
            plain = sorted([*plain, (time, time, visit)])
            lines.add("papers", (time, time, visit))
        elif plain:
            lines.remove("papers", plain.pop(0 if what == "called" else time % len(plain)))
        assert plain == lines.page("papers", 0, 100)
        assert list(range(len(plain))) == [lines.ahead(["papers"], entry) for entry in plain]


def test_a_line_forgets_who_was_called() -> None:
    """Ten in line after ten thousand calls take no more room than a few hundred would."""
    lines = Lines()
    for n in range(10_000):
        lines.add("papers", (n, n, n))
        if n >= 10:
            lines.remove("papers", (n - 10, n - 10, n - 10))
    assert len(pickle.dumps(lines)) < 20_000


def test_a_long_day_at_one_line() -> None:
    """Thousands come and are called; some of those called come back to the front, some leave from the middle."""
    lines, plain = Lines(), []
    for n in range(4_000):
        entry = (n, n, n)
        lines.add("papers", entry)
        plain.append(entry)
        if n % 4:
            called = plain.pop(0)
            assert called == (lines.choose(["papers"]) or (None,))[0]
            lines.remove("papers", called)
            if n % 10 == 1:
                lines.add("papers", called)
                plain.insert(0, called)
        if n % 7 == 0 and len(plain) > 5:
            lines.remove("papers", plain.pop(len(plain) // 2))
        if n % 250 == 0:
            assert plain[:20] == lines.page("papers", 0, 20)
            assert list(range(len(plain))) == [lines.ahead(["papers"], entry) for entry in plain]
    while plain:
        lines.remove("papers", plain.pop(0))
    assert (0, None) == (lines.waiting(["papers"]), lines.choose(["papers"]))


def test_a_service_stays_known_when_its_line_is_empty() -> None:
    """Screens go on saying that nobody waits."""
    lines = Lines()
    lines.add("papers", (5, 50, 1))
    lines.remove("papers", (5, 50, 1))
    assert ["papers"] == list(lines.services())
    assert 0 == lines.waiting(lines.services())
