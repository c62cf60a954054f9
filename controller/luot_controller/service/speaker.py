"""What the office says on its own account: screens, readers, the site, the events. Decides and changes nothing.

Remembers only what was shown last, so as to say a line again when its range has changed by what happened elsewhere.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from luot_controller.engine.events import Fact
from luot_controller.engine.model import Policy, State
from luot_controller.publish import ledger, screens
from luot_controller.service.alerts import Change
from luot_controller.service.ports import Bus
from luot_controller.service.readers import Readers
from luot_controller.service.turn import Fields
from luot_controller.store.port import Store
from luot_protocol import topics

MISSED_PAGE = 100
MOST_UNSAID = 1000
"""Alerts of a time without a broker; of more, the oldest are forgotten."""

encode = msgspec.json.Encoder().encode

# Put together for each message; a site has about so many topics, nearly all of cards.
topic = lru_cache(maxsize=16_384)(topics.build)


class Speaker:
    """Speaks for one site through one bus; `published` is the last event that was said."""

    def __init__(self, site: str, bus: Bus) -> None:
        self.published = 0
        self._site = site
        self._bus = bus
        self._shown: dict[screens.Place, Fields] = {}
        self._unsaid: deque[Fields] = deque(maxlen=MOST_UNSAID)

    def say(self, name: str, of: str | None, fields: Mapping[str, Any], retain: bool = False) -> bool:
        """Publish one message; False when there is no connection."""
        return self._bus.publish(topic(self._site, name, of), encode(fields), retain)

    def show(self, state: State, policy: Policy, places: Iterable[screens.Place], epoch: int) -> None:
        """Say what these topics are now; an empty message where there is nothing to say any more."""
        for place in places:
            fields = screens.message(state, policy, place, epoch)
            if place[0] == "service":
                self._shown[place] = _unversioned(fields)
            payload = b"" if fields is None else encode(fields)
            self._bus.publish(topic(self._site, *place), payload, True)

    def refresh(self, state: State, policy: Policy, epoch: int) -> None:
        """Show the lines whose range has changed since by what happened at desks that they share with others."""
        for service in policy.typical_ms:
            place: screens.Place = ("service", service)
            if self._shown.get(place) != _unversioned(screens.message(state, policy, place, 0)):
                self.show(state, policy, [place], epoch)

    def forget(self, places: Iterable[screens.Place]) -> None:
        """Clear the topics of what is there no more."""
        for place in places:
            self._bus.publish(topic(self._site, *place), b"", True)

    def show_readers(self, readers: Readers) -> None:
        """Say of each reader what has changed."""
        while readers.changed:
            reader = readers.changed.pop()
            self.say("reader", reader, readers.message(reader), retain=True)

    def alert(self, changes: Iterable[Change], at_ms: int) -> None:
        """Say which alerts began and ended, in order; what cannot be said now is said at the next call."""
        for change in changes:
            state = "raised" if change.is_raised else "cleared"
            alert = {"reader": change.reader, "alert": change.alert, "state": state}
            self._unsaid.append({**alert, "at_ms": at_ms, "since_ms": change.since_ms})
        while self._unsaid and self.say("alert", None, self._unsaid[0]):
            self._unsaid.popleft()

    def tell(self, facts: Iterable[tuple[int, Fact]]) -> None:
        """The ledger as it grows; an event that was not heard is told again by `catch_up`."""
        for event_id, fact in facts:
            if self.published == event_id - 1 and self._tell(event_id, fact):
                self.published = event_id

    def catch_up(self, store: Store) -> None:
        """The events that a broker which was away has missed."""
        while page := store.facts(self.published, MISSED_PAGE):
            for event_id, fact in page:
                if not self._tell(event_id, fact):
                    return
                self.published = event_id

    def _tell(self, event_id: int, fact: Fact) -> bool:
        return self._bus.publish(topic(self._site, "event"), ledger.event_message(event_id, fact))


def _unversioned(fields: Fields | None) -> Fields:
    return {key: value for key, value in (fields or {}).items() if key not in ("epoch", "version")}
