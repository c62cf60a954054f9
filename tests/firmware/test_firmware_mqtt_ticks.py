"""The MQTT client's limits of time across the wrap of ticks at 2^30, with a counter that the test turns."""

import asyncio

from luot_firmware import mqtt
from luot_protocol import faults

ALSO_ON_MICROPYTHON = True

PERIOD = 1 << 30


class Ticks:
    """Stands for the module time of a 32-bit board."""

    def __init__(self, now):
        self.now = now

    def ticks_ms(self):
        return self.now % PERIOD

    def ticks_diff(self, later, earlier):
        return ((later - earlier + PERIOD // 2) & (PERIOD - 1)) - PERIOD // 2


class Wire:
    """A connection that takes everything."""

    def __init__(self):
        self.written = []

    async def write(self, data):
        self.written.append(bytes(data))

    def close(self):
        pass


def kept(ticks, client, looks):
    """Let keep() look so often; each look comes after the next of these milliseconds. Returns the error, or None."""

    async def sleep(_seconds):
        if not looks:
            raise EOFError
        ticks.now += looks.pop(0)

    real_sleep, asyncio_module = asyncio.sleep, mqtt.asyncio
    mqtt.asyncio = Patched(sleep)
    try:
        asyncio.run(client.keep())
    except EOFError:
        return None
    except mqtt.MQTTError as error:
        return error
    finally:
        mqtt.asyncio = asyncio_module
        assert asyncio.sleep is real_sleep
    raise AssertionError("ended")


class Patched:
    """asyncio with another sleep."""

    def __init__(self, sleep):
        self.sleep = sleep
        self.wait_for = asyncio.wait_for
        self.TimeoutError = asyncio.TimeoutError


def rig(before_wrap_ms):
    """A client with one publish on its way, so long before the wrap."""
    ticks = Ticks(PERIOD - before_wrap_ms)
    real_time, mqtt.time = mqtt.time, ticks
    try:
        client = mqtt.Client("h", 1, "id", "u", "p", ("t", "lost"), print)
        client._connection = Wire()
        asyncio.run(client.publish("up", b"x"))
    finally:
        mqtt.time = real_time
    return ticks, client


def run(before_wrap_ms, looks, acknowledged=False):
    ticks, client = rig(before_wrap_ms)
    if acknowledged:
        client._unacknowledged.clear()
    real_time, mqtt.time = mqtt.time, ticks
    try:
        return kept(ticks, client, looks), client
    finally:
        mqtt.time = real_time


def test_an_acknowledgement_is_awaited_across_the_wrap():
    """Neither too soon nor never: the limit is the same on both sides of it."""
    for before_ms in (1, 250, 4000, 6000):
        error, _ = run(before_ms, [250] * (mqtt.TIMEOUT_MS // 250))
        assert error is None
        error, _ = run(before_ms, [250] * (mqtt.TIMEOUT_MS // 250 + 1))
        assert ("no acknowledgement", faults.BROKER_SILENT) == (str(error), error.fault)


def test_a_ping_is_sent_and_its_answer_awaited_across_the_wrap():
    """Half the keepalive without a packet, and then the limit."""
    for before_ms in (1, 5000, 10_000, 12_000):
        error, client = run(before_ms, [250] * 40, acknowledged=True)
        assert (None, 1) == (error, len(client._connection.written))
        error, client = run(before_ms, [250] * 41, acknowledged=True)
        assert (None, b"\xc0\x00") == (error, client._connection.written[-1])
        error, _ = run(before_ms, [250] * (41 + mqtt.TIMEOUT_MS // 250 + 1), acknowledged=True)
        assert "no answer to a ping" == str(error)
