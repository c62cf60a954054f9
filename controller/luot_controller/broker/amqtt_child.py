"""The child process that is the amqtt broker, and the only importer of amqtt; what is allowed is decided elsewhere.

Run as `python -m luot_controller.broker.amqtt_child <settings.json>`. SIGHUP reads the settings again.
"""

import asyncio
import contextlib
import logging
import resource
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from luot_controller.broker.amqtt import Settings

MEMORY_BYTES = 512 << 20
"""Of address space: amqtt bounds neither messages nor queues. Beyond it the broker fails, and is started again."""


class Gate(BaseAuthPlugin):  # type: ignore[misc]
    """amqtt's plug-in that asks our settings who may connect."""

    @dataclass
    class Config:
        """What amqtt hands to the plug-in: the path of the settings file."""

        path: str

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._path = Path(context.config.path)
        self.load()

    def load(self) -> None:
        """Read the settings again; users that are gone may do nothing from now on."""
        self.settings = Settings.read(self._path)

    async def authenticate(self, *, session: Session) -> bool:
        """Called for each CONNECT."""
        will_topic = session.will_topic if session.will_flag else None
        return self.settings.admits(session.username, session.password, will_topic)


class GuardedBroker(Broker):  # type: ignore[misc]
    """amqtt 0.12.1 with two of its habits mended; the version is pinned because these methods are not its public ones.

    Its own topic plug-ins run as tasks while it walks its subscriptions: one made meanwhile loses the message. And it
    sends every retained message that anybody subscribed to, to whoever connects.
    """

    def __init__(self, path: Path) -> None:
        settings = Settings.read(path)
        host = f"[{settings.bind}]" if ":" in settings.bind else settings.bind
        super().__init__(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{host}:{settings.port}"}},
                "plugins": {f"{__name__}.Gate": {"path": str(path)}},
            }
        )
        self.gate: Gate = self.plugins_manager.get_plugin("Gate")

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        may = self.gate.settings.may_write if action is Action.PUBLISH else self.gate.settings.may_read
        return may(session.username, topic)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        subscribers = self.subscriptions.get(subscription[0], [])
        if any(subscriber is session for subscriber, _ in subscribers):
            await super()._publish_retained_messages_for_subscription(subscription, session)


async def serve(path: Path) -> None:
    """Run the broker until the process is ended; raises BrokerError when it cannot listen."""
    broker = GuardedBroker(path)
    await broker.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, broker.gate.load)
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with contextlib.suppress(OSError, ValueError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    asyncio.run(serve(Path(sys.argv[1])))
