"""Real brokers for tests: each on a free loopback port, with peers that keep what they hear; starts nothing unasked."""

import os
import queue
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

from luot_controller.access import Access
from luot_controller.broker.choice import Broker, free_port, open_broker
from luot_controller.broker.users import User, credentials
from luot_controller.mqtt import Arrived, Connection

DEADLINE_S = 30.0


def until(condition: Callable[[], Any], what: str = "the condition") -> None:
    """Return as soon as `condition()` is true; fails the test when it is not within DEADLINE_S."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come true within {DEADLINE_S:g} s")
        time.sleep(0.005)


class Peer:
    """A connection that keeps what arrives and how its state changed."""

    def __init__(self, access: Access, subscriptions: Sequence[str] = (), **options: Any) -> None:
        self.arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self.states: list[bool] = []
        self.connection = Connection(
            access,
            f"{access.name}-{secrets.token_hex(4)}",
            on_message=self.arrived.put,
            on_state=self.states.append,
            subscriptions=subscriptions,
            **options,
        )

    def take(self) -> Arrived:
        """The next message, waited for."""
        return self.arrived.get(timeout=DEADLINE_S)

    def payloads(self, last: bytes) -> list[bytes]:
        """What arrives, up to and without the message `last`."""
        taken = []
        while (payload := self.take().payload) != last:
            taken.append(payload)
        return taken


class RunningBroker:
    """A started broker of the site `site`, its users, and the peers connected to it."""

    def __init__(self, data: Path, kind: str, site: str, consoles: Sequence[str], links: Sequence[str]) -> None:
        self.data = data
        self.site = site
        self.users: dict[str, User] = credentials(data, site, consoles=consoles, links=links, port=free_port())
        self.broker: Broker = open_broker(data, self.users, port=self.access("controller").port, prefer=kind)
        self._peers: list[Peer] = []
        self._controller: Peer | None = None
        self.broker.start()

    def access(self, name: str) -> Access:
        """The access of one of its users."""
        return self.users[name].access

    def topic(self, below: str) -> str:
        """A full topic of the site."""
        return f"luot/1/{self.site}/{below}"

    def peer(self, name: str, *subscriptions: str, **options: Any) -> Peer:
        """Connect as `name`, to topics below the site's root; returns once they are granted, raises AccessRefused."""
        peer = Peer(self.access(name), [self.topic(below) for below in subscriptions], **options)
        self._peers.append(peer)
        peer.connection.start()
        peer.connection.wait_connected(DEADLINE_S)
        return peer

    def retain(self, below: str, payload: bytes) -> None:
        """Have the controller retain a message; returns once the broker has dealt with it."""
        if self._controller is None:
            self._controller = self.peer("controller", "#")
        assert self._controller.connection.publish(self.topic(below), payload, retain=True)
        while (arrived := self._controller.take()).retained or arrived.payload != payload:
            pass

    def add_users(self, *, consoles: Sequence[str] = (), links: Sequence[str] = ()) -> None:
        """Let the broker know these consoles and links, and no others."""
        port = self.broker.port
        self.users |= (users := credentials(self.data, self.site, consoles=consoles, links=links, port=port))
        self.broker.reload(users)

    def crash(self) -> None:
        """Kill the broker with -9; returns once it is seen to be dead."""
        pid = self.broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: not self.broker.alive, "the broker's death")

    def restart(self) -> None:
        """Kill the broker with -9 and have it started again."""
        self.crash()
        until(self.broker.ensure, "the broker's restart")

    def stop(self) -> None:
        """Disconnect every peer and end the broker."""
        for peer in self._peers:
            peer.connection.stop()
        self.broker.stop()


class RunBroker(Protocol):
    """What the fixture `run_broker` is."""

    def __call__(
        self, kind: str = ..., *, site: str = ..., consoles: Sequence[str] = ..., links: Sequence[str] = ...
    ) -> RunningBroker: ...
