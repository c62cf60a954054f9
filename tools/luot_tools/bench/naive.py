"""The naive prototype that the office is measured against: a callback, one tap, one commit. Never part of an office.

Run as `python -m luot_tools.bench.naive <data folder> <readers' settings> <card list>`; it says "ready" when it is.
"""

import csv
import json
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from luot_controller.access import CONTROLLER, load
from luot_controller.mqtt import Arrived, Connection
from luot_protocol import codes, frames, topics
from luot_protocol.card import card_hash


class Naive:
    """Knows entry readers, one line and no desk."""

    def __init__(self, data: Path, settings: Path, card_list: Path) -> None:
        readers = [json.loads(file.read_text(encoding="utf-8")) for file in settings.glob("*/settings.json")]
        self._keys = {bytes.fromhex(row["kid"]): bytes.fromhex(row["key"]) for row in readers}
        card_key = bytes.fromhex(readers[0]["card_key"])
        with card_list.open(encoding="utf-8") as rows:
            hashes = ((card_hash(card_key, bytes.fromhex(row["uid"])), row) for row in csv.DictReader(rows))
            self._numbers = {bytes(card): int(row["number"]) for card, row in hashes}
        self._places: dict[int, int] = {}
        self._db = sqlite3.connect(data / "naive.sqlite", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE tap (kid, boot, seq, number, PRIMARY KEY (kid, boot, seq))")
        access = load(data, CONTROLLER)
        self._site = access.site
        up = topics.build(self._site, "link_up", "+")
        self.connection = Connection(access, "naive", on_message=self._take, subscriptions=[up])

    def _take(self, arrived: Arrived) -> None:
        envelope = frames.parse(arrived.payload)
        key = self._keys[envelope.kid]
        tap = frames.read_tap(envelope, key)
        number = self._numbers[tap.card]
        code = codes.WAITING if number in self._places else codes.OPENED
        place = self._places.setdefault(number, len(self._places))
        self._db.execute("INSERT OR IGNORE INTO tap VALUES (?, ?, ?, ?)", (envelope.kid, tap.boot, tap.seq, number))
        receipt = frames.seal_receipt(frames.Receipt(tap.boot, tap.seq, code, number, place), envelope.kid, key)
        _, link = topics.parse(self._site, arrived.topic)
        self.connection.publish(topics.build(self._site, "link_down", link), receipt)
        board = json.dumps({"epoch": 1, "version": len(self._places), "calls": [], "waiting": len(self._places)})
        self.connection.publish(topics.build(self._site, "board"), board.encode(), retain=True)


def main(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM."""
    naive = Naive(*map(Path, arguments))
    naive.connection.start()
    naive.connection.wait_connected(10)
    print("ready", flush=True)
    signal.sigwait({signal.SIGTERM})
    naive.connection.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main(sys.argv[1:])
