"""One live MQTT connection that mends itself; the only importer of paho, and it never looks into a payload.

Every connection is a fresh paho client with a clean session: what was not acknowledged when a connection broke is
forgotten here, because readers, commands and the controller's publishing all send again by themselves.
"""

import logging
import random
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from paho.mqtt import client as paho
from paho.mqtt.reasoncodes import ReasonCode

from luot_controller.access import Access
from luot_controller.errors import AccessRefused, LuotError, OfficeUnreachable
from luot_controller.mqtt_client import Client, NotMqtt
from luot_controller.mqtt_packets import Published

KEEPALIVE_S = 15
"""A silent peer is given up, and our last will sent, after at most 1.5 times this."""

READY_WITHIN_S = 5.0
"""From the start of an attempt to the broker's consent to all subscriptions."""

FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 3.0
REFUSED_RETRY_S = 15.0
STEADY_AFTER_S = 5.0
FLUSH_S = 0.5

MAX_PAYLOAD_BYTES = 16 * 1024
"""The most that one message may hold; the embedded broker ends connections that send more."""

# CONNACK codes of MQTT 3.1.1, as paho names them by their MQTT 5 values: bad client id, bad password, not authorised.
_REFUSALS = (133, 134, 135)
_SUBSCRIPTION_FAILED = 0x80

_NO_MQTT = "it accepts connections but does not speak MQTT"

logger = logging.getLogger(__name__)


class Will(NamedTuple):
    """What the broker publishes, retained and with QoS 1, when this connection dies without saying goodbye."""

    topic: str
    payload: bytes


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """A message as it came; `arrived_ns` is `time.monotonic_ns()` at reception, the last two serve `ack`."""

    topic: str
    payload: bytes
    retained: bool
    arrived_ns: int
    packet_id: int = 0
    session: int = 0


class Connection:
    """A connection to the broker named in `access`, kept up by one thread of its own.

    Callbacks run on that thread and must be short; one that raises is logged and does not end the connection.
    `on_state(True)` comes when every subscription is granted, `on_state(False)` when that connection is lost.
    Messages, retained ones above all, may arrive just before `on_state(True)`.
    """

    def __init__(
        self,
        access: Access,
        client_id: str,
        *,
        on_message: Callable[[Arrived], None],
        on_state: Callable[[bool], None] = lambda _connected: None,
        subscriptions: Sequence[str] = (),
        will: Will | tuple[str, bytes] | None = None,
        manual_ack: bool = False,
    ) -> None:
        self._access = access
        self._client_id = client_id
        self._on_message = on_message
        self._on_state = on_state
        self._subscriptions = tuple(subscriptions)
        self._will = will
        self._manual_ack = manual_ack
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._client: Client | None = None
        self._problem: LuotError | None = None
        self._connected = False
        self._failed = False
        self._session = 0
        self._is_held = False
        self._wake_out: socket.socket | None = None

    @property
    def connected(self) -> bool:
        """True while the broker knows us and has granted every subscription."""
        return self._connected

    @property
    def problem(self) -> LuotError | None:
        """Why the last attempt failed (OfficeUnreachable or AccessRefused); None while connected or never tried."""
        return self._problem

    def start(self) -> None:
        """Begin to connect, and keep connecting for ever; returns at once. A stopped connection stays stopped."""
        if self._thread is None and not self._stopping.is_set():
            wake_in, wake_out = socket.socketpair()
            wake_out.setblocking(False)
            self._wake_out = wake_out
            self._thread = threading.Thread(
                target=self._run, args=(wake_in, wake_out), name=f"mqtt {self._client_id}", daemon=True
            )
            self._thread.start()

    def wait_connected(self, timeout_s: float) -> None:
        """Return once connected; raises AccessRefused as soon as the broker says no, OfficeUnreachable at the limit."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._connected or self._stopping.is_set() or isinstance(self._problem, AccessRefused),
                timeout_s,
            )
            if self._connected:
                return
            if self._problem is not None:
                raise self._problem
        raise self._unreachable("stopped" if self._stopping.is_set() else f"no answer within {timeout_s:g} s")

    def publish(self, topic: str, payload: bytes, retain: bool = False, qos: int = 1) -> bool:
        """Hand a message to the live connection; from any thread, never blocks.

        False when there is none, when the payload is over MAX_PAYLOAD_BYTES (also logged), or when 65,535 messages wait
        for their PUBACK: nothing was sent and nothing will be. True does not say that it arrived: if the connection
        breaks now, it may be gone.
        """
        if len(payload) > MAX_PAYLOAD_BYTES:
            logger.error("%s: %d bytes are too many for one message; it was not sent", topic, len(payload))
            return False
        client = self._client
        if client is None or not self._connected:
            return False
        if not client.publish(topic, payload, qos, retain):
            return False
        self._see_to(client)
        return True

    def ack(self, arrived: Arrived) -> None:
        """Send the PUBACK of a QoS 1 message (with `manual_ack`); for one of an earlier connection, do nothing."""
        client = self._client
        if client is not None and arrived.packet_id and arrived.session == self._session:
            client.ack(arrived.packet_id)
            self._see_to(client)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread publishes and acknowledges inside leaves at the end, in as few pieces as may be."""
        client = self._client
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if client is not None:
                self._see_to(client)

    def stop(self) -> None:
        """Flush what was published (half a second at most), say goodbye, end the thread; safe to call again."""
        on_own_thread = threading.current_thread() is self._thread
        client = self._client
        if client is not None and self._connected and not on_own_thread:
            client.wait_arrived(FLUSH_S)
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        self._wake()
        if self._thread is not None and not on_own_thread:
            self._thread.join(FLUSH_S)

    def _see_to(self, client: Client) -> None:
        """Send what paho has queued, on this thread; what the network does not take is left to ours."""
        if self._is_held or threading.current_thread() is self._thread:
            return
        if not client.write():
            self._wake()

    def _wake(self) -> None:
        if self._wake_out is not None:
            try:
                self._wake_out.send(b"!")
            except OSError:
                return  # the pipe is full, so the thread wakes anyway; or closed: it has ended

    def _run(self, wake_in: socket.socket, wake_out: socket.socket) -> None:
        delay_s = FIRST_RETRY_S
        with wake_in, wake_out:
            while not self._stopping.is_set():
                began = time.monotonic()
                try:
                    self._converse(wake_in)
                except NotMqtt:
                    self._fail(self._unreachable(_NO_MQTT))
                except Exception:
                    logger.exception("the connection of %s failed in an unforeseen way", self._client_id)
                    self._problem = self._unreachable("internal failure, see the log")
                self._lost()
                if time.monotonic() - began > STEADY_AFTER_S:
                    delay_s = FIRST_RETRY_S
                wait_s = REFUSED_RETRY_S if isinstance(self._problem, AccessRefused) else delay_s
                self._stopping.wait(wait_s * random.uniform(0.5, 1.0))
                delay_s = min(delay_s * 2, LONGEST_RETRY_S)

    def _converse(self, wake_in: socket.socket) -> None:
        """Connect, subscribe and serve until the connection is lost or stopped."""
        client = Client(self._access, self._client_id, self._will, self._arrived, self._manual_ack, READY_WITHIN_S)
        client.on_connect = self._answered
        client.on_subscribe = self._subscribed
        try:
            client.connect(self._access.host, self._access.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            self._fail(self._unreachable(getattr(error, "strerror", None) or str(error)))
            return
        self._session += 1
        self._failed = False
        self._client = client
        try:
            self._serve(client, wake_in)
        finally:
            self._client = None
            sock = client.socket()
            if sock is not None:
                sock.close()

    def _serve(self, client: Client, wake_in: socket.socket) -> None:
        ready_by = time.monotonic() + READY_WITHIN_S
        with selectors.DefaultSelector() as selector:
            selector.register(wake_in, selectors.EVENT_READ)
            selector.register(client, selectors.EVENT_READ)
            watched = selectors.EVENT_READ
            while True:
                if self._stopping.is_set():
                    client.disconnect()
                    client.write()
                    return
                client.write()
                if self._failed or not client.keep_alive():
                    return
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.blocked else 0)
                if wanted != watched:
                    selector.modify(client, wanted)
                    watched = wanted
                for key, events in selector.select(min(1.0, READY_WITHIN_S, KEEPALIVE_S / 4)):
                    if key.fileobj is wake_in:
                        wake_in.recv(4096)
                    elif events & selectors.EVENT_READ and not client.read():
                        return
                if not self._connected and time.monotonic() > ready_by:
                    self._fail(self._unreachable(_NO_MQTT))
                    return

    def _answered(self, client: paho.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.value in _REFUSALS:
            self._fail(
                AccessRefused(
                    f"the broker at {self._place} refuses {self._access.name}: {reason}",
                    "Its access file may be old: copy access/<name>.json from the office's data folder again.",
                )
            )
        elif reason.is_failure:
            self._fail(self._unreachable(str(reason)))
        elif self._subscriptions:
            client.subscribe([(topic, 1) for topic in self._subscriptions])
        else:
            self._ready()

    def _subscribed(
        self, _client: paho.Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        refused = [
            topic
            for topic, reason in zip(self._subscriptions, reasons, strict=False)
            if reason.value >= _SUBSCRIPTION_FAILED
        ]
        if refused:
            self._fail(
                AccessRefused(
                    f"the broker at {self._place} does not let {self._access.name} read {', '.join(refused)}",
                    "Its access rules come from another site or version; restart the office there.",
                )
            )
        else:
            self._ready()

    def _arrived(self, message: Published) -> None:
        if self._stopping.is_set():
            return
        topic, payload, retained, packet_id = message
        try:
            self._on_message(Arrived(topic, payload, retained, time.monotonic_ns(), packet_id, self._session))
        except Exception:
            logger.exception("a message to %s could not be dealt with", self._client_id)

    def _ready(self) -> None:
        with self._changed:
            self._problem = None
            self._connected = True
            self._changed.notify_all()
        self._tell(True)

    def _lost(self) -> None:
        with self._changed:
            was_connected, self._connected = self._connected, False
            if was_connected and not self._failed and not self._stopping.is_set():
                self._problem = self._unreachable("connection lost")
            self._changed.notify_all()
        if was_connected:
            self._tell(False)

    def _fail(self, problem: LuotError) -> None:
        with self._changed:
            self._failed = True
            self._problem = problem
            self._changed.notify_all()

    def _tell(self, connected: bool) -> None:
        try:
            self._on_state(connected)
        except Exception:
            logger.exception("the change of state of %s could not be dealt with", self._client_id)

    @property
    def _place(self) -> str:
        return f"{self._access.host}:{self._access.port}"

    def _unreachable(self, why: str) -> OfficeUnreachable:
        return OfficeUnreachable(
            f"the office's broker at {self._place} does not answer: {why}",
            "Start the office there (luot office), or check the address in the access file.",
        )
