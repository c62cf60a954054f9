"""The line as a list that is sorted again with each command: what the engine is measured against, never a real line."""

from typing import Any


class NaiveLine:
    """Visits as dictionaries; one service, any classes."""

    def __init__(self) -> None:
        self.visits: list[dict[str, Any]] = []

    def tap(self, number: int, service: str, class_id: str, rank_ms: int, head_start_ms: int) -> int:
        """Open a visit, or find it again; how many are ahead."""
        found = next((visit for visit in self.visits if visit["number"] == number), None)
        if found is None:
            found = self.new(number, service, class_id, rank_ms, head_start_ms)
            self.visits.append(found)
        return self._sorted().index(found)

    def new(self, number: int, service: str, class_id: str, rank_ms: int, head_start_ms: int) -> dict[str, Any]:
        """A visit."""
        visit: dict[str, Any] = {"number": number, "service": service, "class": class_id, "state": "waiting"}
        visit.update(rank_ms=rank_ms, key_ms=rank_ms - head_start_ms, desk=None, since_ms=rank_ms)
        return visit

    def call_next(self) -> dict[str, Any]:
        """Take the first out of the line."""
        first = self._sorted()[0]
        self.visits.remove(first)
        return first

    def _sorted(self) -> list[dict[str, Any]]:
        return sorted(self.visits, key=lambda visit: (visit["key_ms"], visit["rank_ms"]))
