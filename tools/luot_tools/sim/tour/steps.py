"""The five steps of the tour: each plays its part on a stage, claims what has come of it, and returns the figures."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple, Protocol

from luot_tools.sim.crowd import all_of
from luot_tools.sim.tour.claims import claim, claim_that
from luot_tools.sim.tour.stage import CABLED, STEADY, Stage, minutes

Figures = dict[str, Any]


class Voice(Protocol):
    """The part of `playing.Teller` that a step uses."""

    def say(self, name: str, **figures: Any) -> None:
        """A line of wording.py."""

    def entry(self, event: dict[str, Any]) -> None:
        """An entry of the ledger."""


PRIORITY_BUTTON = 1
HEAD_START_MIN = 45

PLAIN = (17, 5, 12)
FIRST = 8
AWAY = ((CABLED, 21), (STEADY, 22), (CABLED, 23), (STEADY, 24))
CROWD = {STEADY: range(31, 37), CABLED: range(25, 31)}
DIES_AFTER, BACK_AFTER = 3, 9
"""Taps of the crowd after which the office is killed, and started again."""


SERVICE_S = 30.0
"""Office seconds that somebody is at the desk, or is waited for."""

LAST = 8
"""Lines of the ledger that are shown."""


class Step(NamedTuple):
    """A chapter: its name, in JSON and in wording.py, and how it is played."""

    name: str
    play: Callable[[Stage, Voice], Awaitable[Figures]]


async def priority(stage: Stage, voice: Voice) -> Figures:
    """A head start is a head start, not a pass: who comes with priority goes before those who came just earlier."""
    for reader, number in zip((STEADY, CABLED, STEADY), PLAIN, strict=True):
        await stage.enter(reader, number)
    await stage.news()
    await stage.pause(120)
    await stage.enter(STEADY, FIRST, PRIORITY_BUTTON)
    await stage.news()
    opened = by_number(stage.events, "VisitOpened")
    voice.say("clerk_calls")
    reply = await stage.press("CallNext")
    call = by_number(stage.events, "VisitCalled").get(FIRST, {})
    earlier_ms = [opened[FIRST]["rank_ms"] - opened[number]["rank_ms"] for number in PLAIN]
    claim("the number called first", FIRST, reply.get("called"))
    claim("the reason of the call", "PRIORITY_WITHIN_H", call.get("reason"))
    claim("the one who had waited longest, whom the call names", PLAIN[0], call.get("over"))
    claim_that(
        "all came earlier, by less than the head start", 0 < min(earlier_ms) <= max(earlier_ms) < _head_start_ms()
    )
    await stage.press("Start")
    claim("those who follow", list(PLAIN), [await _served(stage) for _ in PLAIN])
    await stage.press("Finish")
    return {
        "called": FIRST,
        "passed_over": len(PLAIN),
        "longest_waiting": call["over"],
        "came_later_min": minutes(max(earlier_ms)),
        "reason": call["reason"],
        "then": list(PLAIN),
    }


async def offline(stage: Stage, voice: Voice) -> Figures:
    """The reader goes on without the office, and the line is as if it had never been away."""
    await stage.cable.cut()
    await stage.until(f"{CABLED} notices", lambda: stage.field(CABLED).state == "offline")
    voice.say("reader_shows", reader=CABLED, text=stage.field(CABLED).text)
    kept, order = {}, [number for _, number in AWAY]
    for reader, number in AWAY:
        tap = await stage.tap(reader, number)
        if reader == CABLED:
            kept[number] = tap
            voice.say("kept_in_flash", reader=reader, number=number)
        else:
            await stage.answer(reader, tap)
            await stage.news()
    link = {row["id"]: row.get("link") for row in (await stage.status())["readers"]}[CABLED]
    claim(f"the office's word on {CABLED}", "lost", link)
    there = [number for number in order if number in by_number(stage.events, "VisitOpened")]
    claim("who is in line while it is away", [22, 24], there)
    voice.say("cable_back", reader=CABLED)
    await stage.cable.mend()
    for tap in kept.values():
        await stage.answer(CABLED, tap)
    await stage.news()
    opened = by_number(stage.events, "VisitOpened")
    claim("who is in line now", set(order), set(order) & set(opened))
    claim("the order of the line", order, sorted(order, key=lambda number: opened[number]["rank_ms"]))
    claim(
        "the order of arrival at the office", [22, 24, 21, 23], sorted(order, key=lambda number: opened[number]["id"])
    )
    late_ms = max(opened[number]["at_ms"] - opened[number]["rank_ms"] for number in kept)
    return {"kept": len(kept), "delivered": len(kept), "line": order, "late_min": minutes(late_ms)}


async def no_show(stage: Stage, voice: Voice) -> Figures:
    """Who misses the call and is back soon has lost nothing."""
    number, other, *rest = (number for _, number in AWAY)
    claim("the number called", number, (await stage.press("CallNext")).get("called"))
    await stage.pause(SERVICE_S)
    await stage.press("Recall")
    await stage.pause(SERVICE_S)
    voice.say("nobody_comes", number=number)
    await stage.press("NoShow")
    claim("the number called instead", other, await _served(stage))
    voice.say("comes_back", number=number)
    shown = await stage.enter(CABLED, number)
    await stage.news()
    missed, back = (by_number(stage.events, kind).get(number, {}) for kind in ("VisitMissed", "VisitReturned"))
    claim("what the reader shows", ("back_in_line", 0), (shown.get("show"), shown.get("ahead")))
    claim("the place is the own one", True, back.get("kept"))
    claim("the next numbers", [number, *rest], [await _served(stage) for _ in (number, *rest)])
    await stage.press("Finish")
    away_min = minutes(back["at_ms"] - missed["at_ms"])
    return {"number": number, "away_min": away_min, "kept": True, "then": [number, *rest]}


async def killed(stage: Stage, voice: Voice) -> Figures:
    """The office dies without a word while people tap."""
    before = len(stage.heard)

    shown: list[str] = []

    async def queue(reader: str) -> None:
        taps = [await stage.tap(reader, number) for number in CROWD[reader]]
        shown.extend([(await stage.answer(reader, tap))["show"] for tap in taps])

    async def power() -> None:
        await stage.until("the first taps", lambda: len(stage.heard) >= before + DIES_AFTER)
        await stage.office.kill()
        voice.say("office_killed", taps=len(stage.heard) - before)
        await stage.until("taps without an office", lambda: len(stage.heard) >= before + BACK_AFTER)
        voice.say("office_back", taps=len(stage.heard) - before)
        await stage.office.start()

    await all_of(power(), *(queue(reader) for reader in CROWD))
    await stage.news(aloud=False)
    taps = len(stage.heard) - before
    numbers = [number for crowd in CROWD.values() for number in crowd]
    visits = Counter(event["number"] for event in stage.events if event["kind"] == "VisitOpened")
    opened = by_number(stage.events, "VisitOpened")
    claim("what the readers show", ["opened"] * taps, shown)
    claim("who has no turn", [], [number for number in numbers if visits[number] == 0])
    claim("who has two turns", [], [number for number in numbers if visits[number] > 1])
    in_order = sorted(numbers, key=lambda number: opened[number]["rank_ms"])
    for crowd in CROWD.values():
        claim("the order at a reader", list(crowd), [number for number in in_order if number in crowd])
    claim("the next numbers", in_order[:2], [await _served(stage) for _ in range(2)])
    turns = sum(visits[number] for number in numbers)
    return {"tapped": taps, "turns": turns, "lost": taps - len(set(numbers) & set(visits)), "twice": turns - taps}


async def ledger(stage: Stage, voice: Voice) -> Figures:
    """Everything is written down, once."""
    events = stage.events
    settled = [event for event in events if event["kind"] in ("TapAnswered", "TapIgnored")]
    names = {(event["reader"], event["boot"], event["seq"]) for event in settled}
    claim("the ledger's numbers", list(range(1, len(events) + 1)), [event["id"] for event in events])
    claim("the taps in the ledger", {(reader, *tap) for reader, tap, _ in stage.heard}, names)
    claim("how often each tap stands there", len(names), len(settled))
    for event in [event for event in events if event["kind"] != "VisitOpened"][-LAST:]:
        voice.entry(event)
    calls = sum(event["kind"] == "VisitCalled" for event in events)
    return {"entries": len(events), "taps": len(stage.heard), "settled": len(settled), "calls": calls}


STEPS = (
    Step("priority", priority),
    Step("offline", offline),
    Step("no_show", no_show),
    Step("killed", killed),
    Step("ledger", ledger),
)


def by_number(events: Iterable[dict[str, Any]], kind: str) -> dict[int, dict[str, Any]]:
    """The newest event of this kind, by the number of its card."""
    return {event["number"]: event for event in events if event["kind"] == kind}


async def _served(stage: Stage) -> int | None:
    """The number that the clerk's next call brings to the desk; whoever was there before is finished."""
    called = (await stage.press("CallNext")).get("called")
    await stage.press("Start")
    await stage.pause(SERVICE_S)
    return called


def _head_start_ms() -> int:
    return HEAD_START_MIN * 60_000
