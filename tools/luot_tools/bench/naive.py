"""The naive prototype that the office is measured against: paho's callback, one tap, one commit. No part of an office.

Run as `python -m luot_tools.bench.naive <data folder> <readers' settings> <card list>`; it says "ready" when it is.
"""

import csv
import json
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from luot_controller.access import CONTROLLER, load
from luot_protocol import codes, frames, office_frames, topics
from luot_protocol.card import card_hash

# As the office does it: without, the prototype would wait, not work.
_NODELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Naive:
    """Knows entry readers, one line and no desk; taps and line outlive it, as they do an office."""

    def __init__(self, data: Path, settings: Path, card_list: Path) -> None:
        readers = [json.loads(file.read_text(encoding="utf-8")) for file in settings.glob("*/settings.json")]
        self._keys = {bytes.fromhex(row["kid"]): bytes.fromhex(row["key"]) for row in readers}
        card_key = bytes.fromhex(readers[0]["card_key"])
        with card_list.open(encoding="utf-8") as rows:
            hashes = ((card_hash(card_key, bytes.fromhex(row["uid"])), row) for row in csv.DictReader(rows))
            self._numbers = {bytes(card): int(row["number"]) for card, row in hashes}
        self._db = sqlite3.connect(data / "naive.sqlite", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE tap (kid, boot, seq, number, PRIMARY KEY (kid, boot, seq))")
        self._db.execute("CREATE TABLE visit (id INTEGER PRIMARY KEY, number UNIQUE)")
        access = load(data, CONTROLLER)
        self._site = access.site
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "naive", protocol=paho.MQTTv311)
        self._client.max_inflight_messages_set(0)  # its own limit of 20 would have it wait for seconds in a burst
        self._client.username_pw_set(access.name, access.password)
        self._client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(*_NODELAY)  # type: ignore[attr-defined]
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: print("ready", flush=True)
        self._client.on_message = self._take
        self._client.connect(access.host, access.port)

    def run(self) -> None:
        """Serve until SIGTERM, which ends the process."""
        self._client.loop_forever()

    def _connected(self, *_: Any) -> None:
        self._client.subscribe(topics.build(self._site, "link_up", "+"), 1)

    def _take(self, _client: paho.Client, _data: Any, arrived: paho.MQTTMessage) -> None:
        envelope = frames.parse(arrived.payload)
        key = self._keys[envelope.kid]
        tap = office_frames.read_tap(envelope, key)
        number = self._numbers[tap.card]
        self._db.execute("BEGIN")
        self._db.execute("INSERT OR IGNORE INTO tap VALUES (?, ?, ?, ?)", (envelope.kid, tap.boot, tap.seq, number))
        opened = self._db.execute("INSERT OR IGNORE INTO visit (number) VALUES (?)", (number,)).rowcount
        self._db.execute("COMMIT")
        code = codes.OPENED if opened else codes.WAITING
        visit = self._one("SELECT id FROM visit WHERE number = ?", number)
        ahead = self._one("SELECT count(*) FROM visit WHERE id < ?", visit)
        receipt = office_frames.seal_receipt(frames.Receipt(tap.boot, tap.seq, code, number, ahead), envelope.kid, key)
        _, link = topics.parse(self._site, arrived.topic)
        self._client.publish(topics.build(self._site, "link_down", link), receipt, 1)
        waiting = self._one("SELECT max(id) FROM visit")
        board = json.dumps({"epoch": 1, "version": waiting, "calls": [], "waiting": waiting})
        self._client.publish(topics.build(self._site, "board"), board.encode(), 1, retain=True)

    def _one(self, query: str, *values: int) -> int:
        return int(self._db.execute(query, values).fetchone()[0])


if __name__ == "__main__":
    Naive(*map(Path, sys.argv[1:])).run()
