"""Turns what lies in the field into taps: one for each time a card is brought. Knows neither chips nor flash."""

ABSENT_MS = 1000
"""A card must have been out of the field this long before it counts again; a shorter gap is a flickering field."""

_MOST_CARDS = 16


class Scanner:
    """Remembers the cards that lie, or just lay, in the field: several, as two in one hand are read in turn."""

    def __init__(self, clock, absent_ms=ABSENT_MS):
        self._clock = clock
        self._absent_ms = absent_ms
        self._seen_ms = {}

    def see(self, uid):
        """Take the UID that lies in the field now (None: empty); returns it when this is a new tap, else None."""
        now_ms = self._clock.now_ms()
        for known, seen_ms in list(self._seen_ms.items()):
            if known != uid and now_ms - seen_ms >= self._absent_ms:
                del self._seen_ms[known]
        if uid is None:
            return None
        is_new = uid not in self._seen_ms
        if is_new and len(self._seen_ms) == _MOST_CARDS:
            del self._seen_ms[min(self._seen_ms, key=lambda known: self._seen_ms[known])]
        self._seen_ms[uid] = now_ms
        return uid if is_new else None
