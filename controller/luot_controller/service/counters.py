"""Counts what happened by name, and logs what should not have: each name at most once in ten seconds."""

import logging
import time
from collections import Counter

QUIET_S = 10.0

logger = logging.getLogger("luot")


class Counters:
    """Name to count since the start."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._next_log: dict[str, float] = {}

    def add(self, name: str) -> None:
        """One more of what is normal."""
        self.counts[name] += 1

    def problem(self, name: str, detail: str) -> None:
        """One more of what is not; a flood of them fills neither log nor disk."""
        self.counts[name] += 1
        now = time.monotonic()
        if now >= self._next_log.get(name, 0.0):
            self._next_log[name] = now + QUIET_S
            logger.warning("%s (%d so far): %s", name, self.counts[name], detail)
