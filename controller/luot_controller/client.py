"""What a screen or a tool says to the office and hears of it; knows topics and messages, never paho or the engine.

A command is sent again, with the same id, until its reply comes: the controller does it once, answers alike each time.
"""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import msgspec

from luot_controller.access import WATCH, Access
from luot_controller.errors import AccessRefused, LuotError, OfficeUnreachable, TimedOut, UsageProblem
from luot_controller.mqtt import Arrived, Connection
from luot_protocol import messages, topics
from luot_protocol.errors import ProtocolError

RESEND_S = 1.0

_VERSIONED = ("board", "service", "desk", "card")


def whole_status(ask: Callable[..., dict[str, Any]], timeout_s: float) -> dict[str, Any]:
    """The office's status with all its readers, page by page through `ask`, as OfficeClient.ask; raises as that does.

    LuotError when the office will not say.
    """
    until = time.monotonic() + timeout_s
    status: dict[str, Any] | None = None
    while True:
        more = {} if status is None else {"offset": len(status["readers"])}
        answer = ask("status", timeout_s=max(0.1, until - time.monotonic()), **more)
        page = answer.get("status")
        if not answer["ok"] or not isinstance(page, dict):
            raise LuotError(
                f"the office does not tell its status ({answer.get('code', 'no status')})", "Is it of the same version?"
            )
        readers = page.get("readers")
        readers = readers if isinstance(readers, list) else []
        status = page if status is None else {**status, "readers": status["readers"] + readers}
        if not readers or len(status["readers"]) >= (answer.get("total") or 0):
            return status


class OfficeClient:
    """One program's conversation with the office; `access.name` is its id in topics.

    `on_change(name, id, message)` gets every message of the topic names in `watch` (see `topics.TABLE`), an emptied
    topic as `{}`, and none that is older, by epoch and version, than what the same topic said before. It and
    `on_link(connected)` run on the connection's thread and must be short. `dropped` counts, by code, what was not as
    the protocol says.
    """

    def __init__(
        self,
        access: Access,
        *,
        on_change: Callable[[str, str | None, dict[str, Any]], None] = lambda _name, _id, _message: None,
        on_link: Callable[[bool], None] = lambda _connected: None,
        watch: Sequence[str] = ("office", "site", "board", "service", "desk"),
    ) -> None:
        self._access = access
        self._on_change = on_change
        self._on_link = on_link
        self._watch = frozenset(watch)
        self.dropped: Counter[str] = Counter()
        self._news = threading.Condition()
        self._awaited: dict[str, dict[str, Any] | None] = {}
        self._latest: dict[str, tuple[int, int]] = {}
        self._office_state: str | None = None
        self._openings = 0
        self._connection = Connection(
            access,
            f"{access.name}-{secrets.token_hex(4)}",
            on_message=self._arrived,
            on_state=self._linked,
            subscriptions=self._subscriptions(),
        )

    @property
    def connected(self) -> bool:
        """True while the broker is connected; the controller behind it may still be away."""
        return self._connection.connected

    @property
    def office_state(self) -> str | None:
        """What the controller last said of itself on this connection: open, stopped, lost; None when nothing yet."""
        return self._office_state

    def start(self) -> None:
        """Begin to connect, and keep connected; returns at once."""
        self._connection.start()

    def wait_ready(self, timeout_s: float) -> None:
        """Return once the office is open; raises AccessRefused, or OfficeUnreachable at the limit."""
        until = time.monotonic() + timeout_s
        self._connection.wait_connected(timeout_s)
        with self._news:
            if not self._news.wait_for(lambda: self._office_state == "open", max(0.0, until - time.monotonic())):
                raise self._office_away()

    def stop(self) -> None:
        """Disconnect; waiting commands and asks end with OfficeUnreachable at their limit. Safe to call again."""
        self._connection.stop()

    def command(
        self,
        command: str,
        desk: str | None = None,
        *,
        expects: int | None = None,
        expires_ms: int | None = None,
        timeout_s: float = 5.0,
        **more: Any,
    ) -> dict[str, Any]:
        """Send a command and return the checked `reply`; only its `ok` means that it was done.

        `desk` is the desk it is for, `expects` its version that the clerk saw, `expires_ms` an office time, `more`
        what the command needs besides, as in message command. Raises TimedOut when the office was there but silent, in
        which case the command may still be done; OfficeUnreachable or AccessRefused.
        """
        if self._access.name == WATCH:
            raise UsageProblem("the watch access may only ask", "Use the access file of the desk, such as desk-1.")
        fields = {"command": command, "desk": desk, "expects": expects, "expires_ms": expires_ms, **more}
        return self._request("cmd", fields, timeout_s)

    def ask(self, ask: str, *, timeout_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        """Send a question (`next`, `line`, `status`; fields as in message ask) and return the checked `answer`.

        Raises as `command` does.
        """
        return self._request("ask", {"ask": ask, **fields}, timeout_s)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _subscriptions(self) -> list[str]:
        site, name = self._access.site, self._access.name
        public = [topics.BY_NAME[topic] for topic in sorted(self._watch | {"office"})]
        return [
            *(topics.build(site, topic.name, "+" if "{id}" in topic.pattern else None) for topic in public),
            topics.build(site, f"{self._access.kind}_reply", name),
            topics.build(site, f"{self._access.kind}_answer", name),
        ]

    def _request(self, what: str, fields: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        name = f"{self._access.kind}_{what}"
        request_id = secrets.token_hex(8)
        message = {"id": request_id} | {key: value for key, value in fields.items() if value is not None}
        try:
            _check(name, message)
        except ProtocolError as error:
            raise UsageProblem(
                f"{error.code}: {error.detail}", "protocol/asyncapi.yaml lists what can be sent."
            ) from error
        topic = topics.build(self._access.site, name, self._access.name)
        payload = msgspec.json.encode(message)
        until = time.monotonic() + timeout_s
        with self._news:
            self._awaited[request_id] = None
        try:
            while True:
                openings = self._openings
                problem = self._connection.problem
                if not self._connection.publish(topic, payload) and isinstance(problem, AccessRefused):
                    raise problem
                reply = self._wait_for_reply(request_id, openings, min(until, time.monotonic() + RESEND_S))
                if reply is not None:
                    return reply
                if time.monotonic() >= until:
                    raise self._why_silent(timeout_s)
        finally:
            with self._news:
                del self._awaited[request_id]

    def _wait_for_reply(self, request_id: str, openings: int, until: float) -> dict[str, Any] | None:
        """Wait for the reply, but not beyond the office's coming back: then it is time to send again."""
        with self._news:
            self._news.wait_for(
                lambda: self._awaited[request_id] is not None or self._openings != openings,
                max(0.0, until - time.monotonic()),
            )
            return self._awaited[request_id]

    def _why_silent(self, timeout_s: float) -> LuotError:
        if not self.connected:
            return self._connection.problem or self._office_away()
        if self._office_state != "open":
            return self._office_away()
        return TimedOut(
            f"the office did not answer within {timeout_s:g} s",
            "Look at the desk before you try again: it may have been done after all.",
        )

    def _linked(self, connected: bool) -> None:
        if connected:
            # The office's retained word may have come before the last subscription was granted.
            self._send_again()
        else:
            self._office_is(None)
        self._on_link(connected)

    def _arrived(self, arrived: Arrived) -> None:
        try:
            name, topic_id = topics.parse(self._access.site, arrived.topic)
            message = self._decode(name, arrived.payload)
        except ProtocolError as error:
            self.dropped[error.code] += 1
            return
        if name in (f"{self._access.kind}_reply", f"{self._access.kind}_answer"):
            self._answered(message)
            return
        if name == "office":
            self._office_is(message.get("state"))
        if name in self._watch and self._is_current(name, arrived.topic, message):
            self._on_change(name, topic_id, message)

    def _decode(self, name: str, payload: bytes) -> dict[str, Any]:
        if not payload and topics.BY_NAME[name].retained:
            return {}
        try:
            data = msgspec.json.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProtocolError("message.json", str(error)) from error
        return _check(name, data)

    def _is_current(self, name: str, topic: str, message: dict[str, Any]) -> bool:
        if name not in _VERSIONED or not message:
            return True
        stamp = (message["epoch"], message["version"])
        if stamp < self._latest.get(topic, stamp):
            return False
        self._latest[topic] = stamp
        return True

    def _office_is(self, state: str | None) -> None:
        with self._news:
            opens = state == "open" != self._office_state
            self._office_state = state
            self._news.notify_all()
        if opens:
            self._send_again()

    def _send_again(self) -> None:
        with self._news:
            self._openings += 1
            self._news.notify_all()

    def _answered(self, message: dict[str, Any]) -> None:
        with self._news:
            if message["id"] in self._awaited:
                self._awaited[message["id"]] = message
                self._news.notify_all()

    def _office_away(self) -> OfficeUnreachable:
        return OfficeUnreachable(
            f"the broker answers, the office behind it does not (it is {self._office_state or 'not there'})",
            "Start the office again: luot office",
        )


def _check(name: str, data: Any) -> dict[str, Any]:
    """`data`, when it is the message of the topic called `name`; else a ProtocolError."""
    checked: dict[str, Any] = messages.BY_NAME[topics.BY_NAME[name].message].check(data)
    return checked
