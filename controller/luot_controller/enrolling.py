"""A sitting at which a stack of cards gets its numbers: keeps a reader enrolling, and says what becomes of each card.

Knows the office as a client alone; reads no keyboard and prints nothing.
"""

import queue
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from luot_controller.errors import CommandRefused, UsageProblem
from luot_controller.language import _
from luot_controller.refusals import meaning
from luot_protocol import codes

LEASE_S = 30
RENEW_S = 10.0

ENROLLED, AGAIN, IGNORED, FAULT, UNDONE, PAUSED, GOES_ON = (
    "enrolled",
    "already_enrolled",
    "ignored",
    "fault",
    "undone",
    "paused",
    "goes_on",
)

_MISSED_PAGE_S = 5.0


class Client(Protocol):
    """What is needed of an OfficeClient."""

    def command(self, command: str, desk: str | None = None, **more: Any) -> dict[str, Any]:
        """See OfficeClient.command."""
        ...

    def ask(self, ask: str, **fields: Any) -> dict[str, Any]:
        """See OfficeClient.ask."""
        ...


class News(NamedTuple):
    """One thing that happened; `what` is a word of above, `number` the card's, `detail` a fault's word."""

    what: str
    number: int | None = None
    detail: str | None = None


class Sitting:
    """Let `hear` be told of every event and reader message, begin it, ask `news` for what came of it, and end it.

    next_number is the one that the next card gets. counts: how often each word was news.
    """

    _office: Client

    def __init__(self, reader: str, timeout_s: float) -> None:
        self.next_number = 0
        self.paused = False
        self.counts: Counter[str] = Counter()
        self._reader = reader
        self._timeout_s = timeout_s
        self._heard: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self._given: list[int] = []
        self._last_event: int | None = None
        self._faults: set[str] = set()
        self._renew_at = 0.0

    def hear(self, name: str, of: str | None, message: dict[str, Any]) -> None:
        """A message of the topics event and reader; for any thread."""
        if name == "event" or of == self._reader:
            self._heard.put((name, message))

    def begin(self, office: Client, number: int) -> None:
        """Let the reader enrol from `number` on, 0: after the highest; UsageProblem where it is not free to."""
        from luot_controller.client import whole_status

        self._office = office
        status = whole_status(office.ask, self._timeout_s)
        row = next((row for row in status["readers"] if row["id"] == self._reader), None)
        if row is None:
            raise UsageProblem(
                f"{self._reader} is not a reader of the site file",
                f"Readers there: {', '.join(row['id'] for row in status['readers'])}.",
            )
        if row.get("enrols") is not None:
            raise UsageProblem(
                f"{self._reader} enrols cards for somebody else just now",
                f"Take another reader, or wait: it ends by itself {LEASE_S} s after that command has gone.",
            )
        self._say(number=number)

    def go_on_at(self, number: int) -> None:
        """The next card gets this number, or the first free one after it."""
        self._say(number=number)

    def pause(self, paused: bool) -> News:
        """Cards get no numbers until the sitting goes on."""
        self.paused = paused
        self._say()
        return self._told(News(PAUSED if paused else GOES_ON, self.next_number))

    def undo(self) -> News | None:
        """Take back the last card of this sitting that got a number; None when there is none."""
        if not self._given:
            return None
        number = self._given[-1]
        _accepted(
            self._office.command("RetireCard", number=number, reason="enrolment undone", timeout_s=self._timeout_s)
        )
        self._given.pop()
        self._say(number=number)
        return self._told(News(UNDONE, number))

    def end(self, within_s: float) -> None:
        """The reader is a reader again."""
        self._office.command("EndEnrolment", reader=self._reader, timeout_s=within_s)

    def news(self, within_s: float) -> Iterator[News]:
        """What has happened, as soon as something has; renews the mode. Raises CommandRefused when it has ended."""
        if time.monotonic() >= self._renew_at:
            self._say()
        try:
            name, message = self._heard.get(timeout=max(0.0, min(within_s, self._renew_at - time.monotonic())))
        except queue.Empty:
            return
        for found in self._of_reader(message) if name == "reader" else self._of_event(message):
            yield self._told(found)

    def _of_event(self, message: dict[str, Any]) -> Iterator[News]:
        for event in (*self._missed(message["id"]), message):
            if event.get("reader") == self._reader and event["kind"] in ("TapAnswered", "TapIgnored"):
                yield self._of_tap(event)

    def _missed(self, event_id: int) -> list[dict[str, Any]]:
        """The events that were said while the broker was away."""
        missed: list[dict[str, Any]] = []
        while self._last_event is not None and self._last_event + 1 < event_id:
            page = self._office.ask("events", after=self._last_event, timeout_s=_MISSED_PAGE_S)["events"]
            page = [event for event in page if event["id"] < event_id]
            if not page:
                break
            missed += page
            self._last_event = page[-1]["id"]
        self._last_event = event_id
        return missed

    def _of_tap(self, event: dict[str, Any]) -> News:
        number: int = event.get("number") or 0
        if event["code"] == codes.ENROLLED:
            self._given.append(number)
            self.next_number = max(self.next_number, number + 1)
            return News(ENROLLED, number)
        if event["code"] == codes.ALREADY_ENROLLED:
            return News(AGAIN, number)
        return News(IGNORED, number or None, codes.name(event["code"]))

    def _of_reader(self, message: dict[str, Any]) -> Iterator[News]:
        holding = set(message.get("faults", ()))
        yield from (News(FAULT, None, word) for word in sorted(holding - self._faults))
        self._faults = holding

    def _say(self, number: int | None = None) -> None:
        reply = self._office.command(
            "EnrolCards",
            reader=self._reader,
            for_s=LEASE_S,
            number=number,
            paused=self.paused or None,
            timeout_s=self._timeout_s,
        )
        self.next_number = _accepted(reply)["number"]
        self._renew_at = time.monotonic() + RENEW_S

    def _told(self, news: News) -> News:
        self.counts[news.what] += 1
        return news


def _accepted(reply: dict[str, Any]) -> dict[str, Any]:
    if not reply["ok"]:
        code = str(reply.get("code"))
        hint = _("What was enrolled stays so. Give the same command again; it goes on after the highest number.")
        raise CommandRefused(code, f"{code}: {meaning(code)}", hint)
    return reply
