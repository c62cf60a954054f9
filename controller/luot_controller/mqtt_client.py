"""paho's client as the controller uses it: one session, MQTT 3.1.1, read and written in bulk. Never reconnects.

Two threads may use it: one reads and keeps it alive, any may publish and then `write`.
"""

import socket
import struct
import threading

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from luot_controller.access import Access
from luot_controller.errors import LuotError
from luot_controller.mqtt_buffer import BufferedSocket


class NotMqtt(LuotError):
    """The peer speaks something else."""


class Client(paho.Client):
    """A client with a clean session, not yet connected; `will` is published with QoS 1 and retained.

    buffer: the socket, None before connect().
    """

    buffer: BufferedSocket | None = None

    def __init__(
        self, access: Access, client_id: str, will: tuple[str, bytes] | None, manual_ack: bool, timeout_s: float
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
            manual_ack=manual_ack,
        )
        self.connect_timeout = timeout_s
        self.max_inflight_messages_set(0)  # no limit of its own: the 65,535 packet ids are one
        self.username_pw_set(access.name, access.password)
        if will is not None:
            self.will_set(will[0], will[1], qos=1, retain=True)
        # Its presence keeps paho from writing by itself on the publisher's thread, which is not safe.
        self.on_socket_register_write = lambda *_: None
        self._writing = threading.Lock()
        self._is_broken = False

    def fileno(self) -> int:
        """For select, while it is connected."""
        return -1 if self.buffer is None else self.buffer.fileno()

    def read(self) -> bool:
        """Deal with all that has come; False when the connection has ended. Raises NotMqtt."""
        buffer = self.buffer
        if buffer is None:
            return False
        try:
            buffer.fill()
        except OSError:
            return False
        try:
            found = self.loop_read()
            while found == paho.MQTT_ERR_SUCCESS and buffer.pending():
                found = self.loop_read()
        except (IndexError, ValueError, struct.error) as error:  # a packet shorter than what it says it holds
            raise NotMqtt(str(error)) from None
        if found == paho.MQTT_ERR_PROTOCOL:
            raise NotMqtt("malformed packet")
        return found == paho.MQTT_ERR_SUCCESS

    def write(self) -> bool:
        """Send what is queued, as one piece; True when all of it left. Otherwise `blocked`, or keep_alive says no."""
        with self._writing:
            if self.buffer is None or self.loop_write() != paho.MQTT_ERR_SUCCESS:
                return False
            try:
                self.buffer.flush()
            except OSError:
                self._is_broken = True
            return not (self._is_broken or self.buffer.unsent)

    @property
    def blocked(self) -> bool:
        """True while the network takes no more."""
        return self.buffer is not None and self.buffer.unsent

    def keep_alive(self) -> bool:
        """Ping when it is time; False when the connection is lost."""
        return not self._is_broken and self.loop_misc() == paho.MQTT_ERR_SUCCESS and self.socket() is not None

    # paho's own name for where it opens its socket; the version is pinned.
    def _create_socket_connection(self) -> BufferedSocket:  # type: ignore[override]
        sock = super()._create_socket_connection()
        # Without it each message waits for the peer's delayed ACK: 50 ms instead of 2 ms from tap to board.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = BufferedSocket(sock)
        return self.buffer
