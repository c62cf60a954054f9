"""mosquitto as the office's broker: its configuration, password and access files; it never runs anything itself."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from luot_controller.broker.process import LOOPBACK, BrokerProcess
from luot_controller.broker.users import User, hashed
from luot_controller.mqtt import MAX_PAYLOAD_BYTES

PACKET_OVERHEAD_BYTES = 512
"""Room for the topic and the header; whoever sends a longer packet is disconnected."""

_CONFIGURATION = """\
# Written by luot at each start; changes here are lost.
listener {port} {bind}
allow_anonymous false
password_file {passwords}
acl_file {rights}
{user}
persistence false
persistent_client_expiration 1h
set_tcp_nodelay true
max_inflight_messages 1000
max_queued_messages 10000
max_queued_bytes 16777216
max_packet_size {packet_bytes}
sys_interval 0
log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages false
"""


class Mosquitto(BrokerProcess):
    """mosquitto 2; whoever asks for more than it may gets silence, not an error, as MQTT 3.1.1 has it."""

    kind: ClassVar[str] = "mosquitto"

    def __init__(
        self, program: Path, folder: Path, users: Mapping[str, User], *, port: int, bind: str = LOOPBACK
    ) -> None:
        super().__init__(folder, users, port=port, bind=bind)
        self._program = program

    def _write(self, users: Mapping[str, User]) -> None:
        passwords = "".join(f"{name}:{hashed(user.access.password)}\n" for name, user in users.items())
        rights = "\n".join(_rights(user) for user in users.values())
        configuration = _CONFIGURATION.format(
            port=self.port,
            bind=self.bind,
            passwords=self._save("passwords", passwords),
            rights=self._save("rights", rights),
            # Started by root it would become the user mosquitto, who may not read these files.
            user="user root" if os.geteuid() == 0 else "",
            packet_bytes=MAX_PAYLOAD_BYTES + PACKET_OVERHEAD_BYTES,
        )
        self._save("mosquitto.conf", configuration)

    def _command(self) -> list[str]:
        return [str(self._program), "-c", str(self._folder / "mosquitto.conf")]


def _rights(user: User) -> str:
    lines = [f"user {user.access.name}"]
    lines += [f"topic write {pattern}" for pattern in user.writes]
    lines += [f"topic read {pattern}" for pattern in user.reads]
    return "\n".join(lines) + "\n"
