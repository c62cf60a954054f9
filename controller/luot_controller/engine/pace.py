"""What is measured of one service: how long people keep a desk, and how often people with a head start come.

Plain numbers that facts change one at a time; knows no visit, no desk and no policy.
"""

from dataclasses import dataclass, field

RECENT = 40
"""Desk times kept one by one: about an hour's worth at six desks."""

LONGEST_MS = 2 * 60 * 60_000
"""A desk that was left overnight with its citizen on the screen was no service of sixteen hours."""

LONG = 400
"""Older ones are one mean, in which the latest of them counts for a four-hundredth."""

TYPICAL = 10
"""Until so many are measured, the site's typical time stands in for those that are missing."""

TELLING = 3.0
"""Recent times change the estimate when they differ from older ones by more standard errors than this."""

FADE_MS = 20 * 60_000
"""An arrival of so long ago counts for 1/e in what is expected of the next minutes."""

PAUSE_MS = 60 * 60_000
"""When nobody came for so long, the doors were shut: what was before says nothing of now."""

SCARCE_MS = 5 * 60_000
"""Time in which nobody came, added to what was observed: one who comes as the doors open is no crowd."""


_SQUARINGS = 8


@dataclass(slots=True)
class Stream:
    """How often people come: `count` of them, fading, as it was at `at_ms`, since the doors opened at `since_ms`.

    `shares` is (head start in ms, share of those who have it) of the latest `seen`: classes change less than crowds do.
    """

    count: float = 0.0
    since_ms: int = 0
    at_ms: int = 0
    seen: int = 0
    shares: list[tuple[int, float]] = field(default_factory=list)

    def came(self, head_start_ms: int, at_ms: int) -> None:
        """One more."""
        if self.seen == 0 or at_ms - self.at_ms > PAUSE_MS:
            self.count, self.since_ms = 0.0, at_ms
        else:
            self.count = self.count * _faded(at_ms - self.at_ms) + 1
        self.at_ms = at_ms
        self.seen = min(self.seen + 1, LONG)
        if head_start_ms > 0 and all(known != head_start_ms for known, _ in self.shares):
            self.shares.append((head_start_ms, 0.0))
        self.shares = [(known, share + ((known == head_start_ms) - share) / self.seen) for known, share in self.shares]

    def per_ms(self, now_ms: int) -> float:
        """How many are to be expected in a millisecond."""
        span_ms = FADE_MS * (1 - _faded(now_ms - self.since_ms)) + SCARCE_MS
        return self.count * _faded(now_ms - self.at_ms) / span_ms


@dataclass(slots=True)
class Pace:
    """One service. `recent_ms`: the latest desk times, oldest first; `older`: how many are in the mean `older_ms`.

    A desk time is from the call until the desk is free again, however that came about: a no-show, a paper that is
    missing and the walk to the desk keep those in line waiting as a service does.
    """

    recent_ms: list[int] = field(default_factory=list)
    older: int = 0
    older_ms: float = 0.0
    stream: Stream = field(default_factory=Stream)
    total_ms: int = 0
    squares_ms2: int = 0
    """Of the recent times, kept so that an estimate need not add them up."""

    def __post_init__(self) -> None:
        self.total_ms = sum(self.recent_ms)
        self.squares_ms2 = sum(one * one for one in self.recent_ms)

    def left(self, desk_ms: int) -> None:
        """A desk is free again after so long."""
        self._add(min(desk_ms, LONGEST_MS))
        if len(self.recent_ms) > RECENT:
            self.older = min(self.older + 1, LONG)
            self.older_ms += (self._take(0) - self.older_ms) / self.older

    def stayed(self, desk_ms: int) -> None:
        """The last `left` was a slip: the citizen is at the desk after all."""
        if self.recent_ms and self.recent_ms[-1] == min(desk_ms, LONGEST_MS):
            self._take(-1)

    def mean_ms(self, typical_ms: int) -> float:
        """The mean desk time: of all that were measured, or more like the recent ones the more these differ.

        The positive-part shrinkage of James and Stein (1961): forty lognormal times of CV 0.8 are wrong by an eighth.
        """
        missing = max(0, TYPICAL - len(self.recent_ms) - self.older)
        every = len(self.recent_ms) + self.older + missing
        mean = (self.total_ms + self.older * self.older_ms + missing * typical_ms) / every
        if self.older < TYPICAL or len(self.recent_ms) < RECENT:
            return mean
        recent = self.total_ms / len(self.recent_ms)
        apart = (recent - self.older_ms) ** 2
        by_chance = self.spread() * mean**2 * (1 / len(self.recent_ms) + 1 / self.older) * TELLING**2
        return mean + (recent - mean) * (1 - by_chance / apart) if apart > by_chance else mean

    def spread(self) -> float:
        """The squared coefficient of variation of the recent desk times, at most 1; 1 until there are enough."""
        count = len(self.recent_ms)
        if count < TYPICAL or self.total_ms == 0:
            return 1.0
        return min(1.0, max(0.0, count * self.squares_ms2 / self.total_ms**2 - 1))

    def _add(self, desk_ms: int) -> None:
        self.recent_ms.append(desk_ms)
        self.total_ms += desk_ms
        self.squares_ms2 += desk_ms * desk_ms

    def _take(self, at: int) -> int:
        desk_ms = self.recent_ms.pop(at)
        self.total_ms -= desk_ms
        self.squares_ms2 -= desk_ms * desk_ms
        return desk_ms


def _faded(for_ms: int) -> float:
    """exp(-for_ms / FADE_MS) to two digits, by IEEE multiplication alone.

    The last digit of math.exp is the C library's; this number is part of a state whose digest is the same anywhere.
    """
    left = max(0.0, 1 - max(0, for_ms) / (FADE_MS << _SQUARINGS))
    for _ in range(_SQUARINGS):
        left *= left
    return left
