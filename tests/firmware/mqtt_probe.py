"""Drives the reader's MQTT client inside MicroPython for test_firmware_mqtt; prints what happens, line by line."""

import asyncio
import time

from luot_firmware.mqtt import Client
from luot_firmware.tasks import run_together

WILL = ("probe/state", "lost")


def client_of(port, timeout_ms=400, keepalive_s=20, password="secret"):
    return Client("127.0.0.1", int(port), "probe", "reader", password, WILL, print_message, keepalive_s, timeout_ms)


def print_message(topic, payload):
    print("message", topic, bytes(payload))


async def report(work):
    """Run `work` and print how it ended and after how many milliseconds."""
    started = time.ticks_ms()
    try:
        await work
        print("ended")
    except OSError as error:
        print("error", type(error).__name__, error)
    print("ms", time.ticks_diff(time.ticks_ms(), started))


async def session(client, *work):
    try:
        await client.connect()
        print("connected")
        await run_together(client.receive(), client.keep(), *work)
    finally:
        client.close()


def listen(port):
    """Connect, subscribe and receive until it breaks."""
    client = client_of(port)

    async def subscribe():
        await client.subscribe("down")
        await forever()

    asyncio.run(report(session(client, subscribe())))


async def forever():
    while True:
        await asyncio.sleep(1)


def idle(port):
    """Hold a connection whose keepalive is a second, without any work."""
    asyncio.run(report(session(client_of(port, keepalive_s=1))))


def refused(port):
    """Connect with a wrong password."""
    asyncio.run(report(session(client_of(port, password="wrong"))))


def ids(port):
    """Publish five times across the highest packet id, one id being taken."""
    client = client_of(port)
    client._packet_id = 65532
    client._unacknowledged[65534] = time.ticks_ms()

    async def publish():
        for _ in range(5):
            await client.publish("up", b"x")
        await forever()

    asyncio.run(report(session(client, publish())))


def flood(port):
    """Publish to a broker that never acknowledges."""

    async def publish():
        for _ in range(40):
            await client.publish("up", b"x")

    client = client_of(port)
    asyncio.run(report(session(client, publish())))


def burst(port):
    """Publish 30 messages at once and stay."""

    async def publish():
        for _ in range(30):
            await client.publish("up", b"x")
        await forever()

    client = client_of(port, timeout_ms=5000)
    asyncio.run(report(session(client, publish())))


def stuff(port):
    """Publish more than the network holds to a broker that does not read."""

    async def publish():
        for _ in range(30):
            await client.publish("up", bytes(300_000))

    client = client_of(port)
    asyncio.run(report(session(client, publish())))


def echo(port):
    """Publish 300 messages to the topic it listens to, and end when all have come back."""
    left = [300]

    def count(_topic, payload):
        left[0] -= 1
        if left[0] in (299, 0):
            print("message", bytes(payload))

    async def publish():
        await client.subscribe("echo")
        for number in range(300):
            while number - (300 - left[0]) >= 8:
                await asyncio.sleep(0)
            await client.publish("echo", b"%d" % number)
        while left[0]:
            await asyncio.sleep(0.01)

    client = Client("127.0.0.1", int(port), "probe", "reader", "secret", WILL, count)
    asyncio.run(report(session(client, publish())))


def presence(port):
    """Publish a retained state and stay."""

    async def publish():
        await client.publish("probe/state", b"ready", retain=True)
        await forever()

    client = client_of(port)
    asyncio.run(report(session(client, publish())))
