"""paho's client as the controller uses it: one session, MQTT 3.1.1, read and written in bulk. Never reconnects.

paho makes the session: it connects, subscribes, pings, tells of the will, says goodbye, and puts together what comes
in pieces. The traffic, PUBLISH and PUBACK, passes it by: a message costs paho 40 us, most of it for sending again after
a reconnection, and for MQTT 5, neither of which there is here.

Two threads may use it: one reads and keeps it alive, any may publish and then `write`.
"""

import socket
import struct
import threading
from collections.abc import Callable

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from luot_controller import mqtt_packets as packets
from luot_controller.access import Access
from luot_controller.errors import LuotError
from luot_controller.mqtt_buffer import BufferedSocket


class NotMqtt(LuotError):
    """The peer speaks something else."""


class Client(paho.Client):
    """A client with a clean session, not yet connected; `will` is published with QoS 1 and retained.

    on_published: called on the reading thread with each message that came. buffer: the socket, None before connect().
    """

    buffer: BufferedSocket | None = None

    def __init__(
        self,
        access: Access,
        client_id: str,
        will: tuple[str, bytes] | None,
        on_published: Callable[[packets.Published], None],
        manual_ack: bool,
        timeout_s: float,
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        self.connect_timeout = timeout_s
        self.username_pw_set(access.name, access.password)
        if will is not None:
            self.will_set(will[0], will[1], qos=1, retain=True)
        # Its presence keeps paho from writing by itself on the publisher's thread, which is not safe.
        self.on_socket_register_write = lambda *_: None
        self._on_published = on_published
        self._acks_itself = not manual_ack
        self._writing = threading.Lock()
        self._is_broken = False
        self._packet_id = 0
        self._under_way: set[int] = set()
        self._acknowledged = threading.Condition()

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
        found = MQTTErrorCode.MQTT_ERR_SUCCESS
        try:
            self._take_traffic(buffer)
            while found == MQTTErrorCode.MQTT_ERR_SUCCESS and (buffer.pending() or buffer.at_end):
                found = self.loop_read()
                self._take_traffic(buffer)
        except (IndexError, ValueError, struct.error) as error:  # a packet shorter than what it says it holds
            raise NotMqtt(str(error)) from None
        with self._acknowledged:
            self._acknowledged.notify_all()
        if found == MQTTErrorCode.MQTT_ERR_PROTOCOL:
            raise NotMqtt("malformed packet")
        return found == MQTTErrorCode.MQTT_ERR_SUCCESS

    def write(self) -> bool:
        """Send what is queued, as one piece; True when all of it left. Otherwise `blocked`, or keep_alive says no."""
        with self._writing:
            if self.buffer is None or self.loop_write() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return False
            try:
                self.buffer.flush()
            except OSError:
                self._is_broken = True
            return not (self._is_broken or self.buffer.unsent)

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> bool:  # type: ignore[override]
        """Queue a message for the next `write`; False when the peer owes too many acknowledgements, or takes nothing.

        With QoS 1 it is under way until its PUBACK; `qos` 2 does not exist here. A ValueError for an impossible topic.
        """
        with self._writing:
            packet_id = self._packet_id % packets.MOST_IDS + 1 if qos else 0
            if self.buffer is None or packet_id in self._under_way:
                return False
            try:
                self.buffer.send(packets.publish(topic, payload, retain, packet_id))
            except BlockingIOError:
                return False
            if qos:
                self._packet_id = packet_id
                self._under_way.add(packet_id)
            return True

    def ack(self, packet_id: int) -> None:  # type: ignore[override]
        """Queue the PUBACK of a message for the next `write`."""
        with self._writing:
            try:
                if self.buffer is not None:
                    self.buffer.send(packets.puback(packet_id))
            except BlockingIOError:
                self._is_broken = True  # unacknowledged, the peer would send no more for ever

    def wait_arrived(self, timeout_s: float) -> None:
        """Return when nothing that was published is under way any more, and at the limit."""
        with self._acknowledged:
            self._acknowledged.wait_for(lambda: not self._under_way, timeout_s)

    @property
    def blocked(self) -> bool:
        """True while the network takes no more."""
        return self.buffer is not None and self.buffer.unsent

    def keep_alive(self) -> bool:
        """Ping when it is time; False when the connection is lost."""
        return not self._is_broken and self.loop_misc() == MQTTErrorCode.MQTT_ERR_SUCCESS and self.socket() is not None

    def _take_traffic(self, buffer: BufferedSocket) -> None:
        """Deal with the whole PUBLISHes and PUBACKs that come next; any other packet is left to paho."""
        if self._in_packet["command"]:
            return  # paho has the beginning of a packet, and must get the rest
        data, at = buffer.come, buffer.at
        while at < len(data):
            first = data[at]
            if first == packets.PUBACK and data[at + 1 : at + 2] == b"\x02" and at + 4 <= len(data):
                # Most of what comes, and found whole at a glance.
                self._under_way.discard(data[at + 2] << 8 | data[at + 3])
                at = buffer.at = at + 4
                continue
            if first & 0xF0 != packets.PUBLISH and first != packets.PUBACK:
                break
            place = packets.whole(data, at)
            if place is None:
                break
            body = data[place[0] : place[1]]
            at = buffer.at = place[1]
            if first == packets.PUBACK:
                self._under_way.discard(packets.read_puback(body))
            else:
                self._published(packets.read_publish(first, body))

    def _published(self, message: packets.Published) -> None:
        self._on_published(message)
        if self._acks_itself and message.packet_id:
            self.ack(message.packet_id)

    # The names below are paho's own, for the same in a packet that came in pieces; its version is pinned.
    def _handle_publish(self) -> MQTTErrorCode:
        self._published(packets.read_publish(self._in_packet["command"], bytes(self._in_packet["packet"])))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_pubackcomp(self, cmd: str) -> MQTTErrorCode:
        if cmd != "PUBACK":
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._under_way.discard(packets.read_puback(bytes(self._in_packet["packet"])))
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    # And for where it opens its socket.
    def _create_socket_connection(self) -> BufferedSocket:  # type: ignore[override]
        sock = super()._create_socket_connection()
        # Without it each message waits for the peer's delayed ACK: 50 ms instead of 2 ms from tap to board.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = BufferedSocket(sock)
        return self.buffer
