"""Turns what lies in the field into taps: one for each time one card is brought. Knows neither chips nor flash.

Two cards in one hand are no tap: which of them is meant only the citizen knows, and a turn for each would be one too
many. A card that lay there before keeps its tap; the ones that join it must be taken away and brought alone.
"""

from luot_protocol import faults

ABSENT_MS = 1000
"""A card must have been out of the field this long before it counts again; a shorter gap is a flickering field."""

UNREAD_MS = 300
"""A card that answered is given up after this long without its UID; many need a second look while they approach."""

LEFT_MS = 20_000
"""A card that lies there longer was left behind."""

LINGER_MS = 2000
"""How long a fault of the card still holds after its cause was last seen, so that it can be read."""

_MOST_CARDS = 16


class Scanner:
    """Remembers the cards that lie, or just lay, in the field.

    fault: what is wrong with what lies there, one of faults.CARD_*, or None. refused: how often something was not
    taken for a tap so far.
    """

    def __init__(self, clock, absent_ms=ABSENT_MS):
        self.fault = None
        self.refused = 0
        self._clock = clock
        self._absent_ms = absent_ms
        self._seen_ms = {}
        self._came_ms = {}
        self._fault_ms = 0
        self._unread_ms = None

    def see(self, uid, cards=1, refusal=None):
        """Take the UID that lies in the field now (None: there is none to read); returns it when this is a new tap.

        cards, refusal: as of a CardReader, the refusal as one of faults.CARD_*.
        """
        now_ms = self._clock.now_ms()
        self._forget(uid, now_ms)
        if uid is None:
            self._puzzle(refusal, now_ms)
        else:
            self._unread_ms = None
        if self.fault is not None and now_ms - self._fault_ms >= LINGER_MS:
            self.fault = None
        return None if uid is None or not self._counts(uid, cards, now_ms) else uid

    def _counts(self, uid, cards, now_ms):
        is_new = uid not in self._seen_ms
        if is_new and len(self._seen_ms) == _MOST_CARDS:
            self._drop(min(self._seen_ms, key=lambda known: self._seen_ms[known]))
        self._seen_ms[uid] = now_ms
        if is_new:
            self._came_ms[uid] = now_ms
        if cards > 1:
            self._begin(faults.CARD_SEVERAL, now_ms)
            return False
        if is_new:
            self.fault = None
        elif now_ms - self._came_ms[uid] >= LEFT_MS:
            self._begin(faults.CARD_LEFT, now_ms)
        return is_new

    def _forget(self, uid, now_ms):
        for known, seen_ms in list(self._seen_ms.items()):
            if known != uid and now_ms - seen_ms >= self._absent_ms:
                self._drop(known)

    def _drop(self, uid):
        del self._seen_ms[uid]
        del self._came_ms[uid]

    def _puzzle(self, refusal, now_ms):
        """There is no UID: nothing lies there, or a card that cannot be taken."""
        if refusal == faults.CARD_UNREADABLE and self._unread_ms is None:
            self._unread_ms = now_ms
        if self._unread_ms is not None and now_ms - self._unread_ms >= UNREAD_MS:
            self._unread_ms = None
            if not self._seen_ms:  # else it is the card whose tap is kept, on its way out
                self._begin(faults.CARD_UNREADABLE, now_ms)
        elif refusal == faults.CARD_RANDOM_UID:
            self._begin(refusal, now_ms)

    def _begin(self, fault, now_ms):
        if self.fault != fault:
            self.fault = fault
            self.refused += fault != faults.CARD_LEFT
        self._fault_ms = now_ms
