"""amqtt as the office's broker, where mosquitto is not to be had: its settings and rules; it never imports amqtt."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import msgspec

from luot_controller.broker.process import BrokerProcess
from luot_controller.broker.users import User, covers, hashed, matches


class Amqtt(BrokerProcess):
    """amqtt 0.12, about 2,000 messages a second on one core: for trials and small offices.

    Rights are those of mosquitto. Not equal: there is no bound on the size of a message or on what waits for a slow
    client, only one on the memory of the whole; and a stranger who knows a client id can end its session without a
    password, so client ids must be random.
    """

    kind: ClassVar[str] = "amqtt"

    def _write(self, users: Mapping[str, User]) -> None:
        known = {
            name: Known(password=hashed(user.access.password), writes=user.writes, reads=user.reads)
            for name, user in users.items()
        }
        settings = Settings(bind=self.bind, port=self.port, users=known)
        self._save("amqtt.json", msgspec.json.format(msgspec.json.encode(settings), indent=2).decode())

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "luot_controller.broker.amqtt_child", str(self._folder / "amqtt.json")]


class Known(msgspec.Struct, frozen=True):
    """One user as the child knows it; the password is hashed."""

    password: str
    writes: tuple[str, ...]
    reads: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True):
    """The whole of the child's settings file."""

    bind: str
    port: int
    users: dict[str, Known]

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read the file that the office wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)

    def admits(self, name: str | None, password: str | None, will_topic: str | None) -> bool:
        """True for a known name with its password, and a last will (None: has none) that this name may publish."""
        known = self.users.get(name or "")
        if known is None or not matches(password or "", known.password):
            return False
        return will_topic is None or self.may_write(name, will_topic)

    def may_write(self, name: str | None, topic: str) -> bool:
        """True when `name` may publish to `topic`."""
        known = self.users.get(name or "")
        return known is not None and any(covers(pattern, topic) for pattern in known.writes)

    def may_read(self, name: str | None, topic: str) -> bool:
        """True when `name` may be sent `topic`, or subscribe to it as a filter."""
        known = self.users.get(name or "")
        return known is not None and any(covers(pattern, topic) for pattern in known.reads)
