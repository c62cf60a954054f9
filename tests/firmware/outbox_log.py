"""An outbox for tests, the files that it leaves in its folder, and a flash that fails."""

import errno
import os

from luot_firmware.flash import Flash
from luot_firmware.outbox import Outbox, OutboxFull


class StubbornFlash(Flash):
    """A flash on which chosen operations fail, appends after writing part of the data."""

    def __init__(self, folder):
        super().__init__(folder)
        self.failing = ()
        self.unreadable = ""
        self.written = 0

    def append(self, name, data):
        if "append" in self.failing:
            if self.written:
                super().append(name, data[: self.written])
            raise OSError(errno.ENOMEM)
        super().append(name, data)

    def replace(self, name, data):
        if name in self.failing:
            raise OSError(errno.EIO)
        super().replace(name, data)

    def read(self, name, at, most):
        if name == self.unreadable:
            raise OSError(errno.EIO)
        return super().read(name, at, most)


def card(number):
    return b"%016d" % number


def opened(folder, **options):
    return Outbox(Flash(folder), **options)


def filled(folder, count, **options):
    outbox = opened(folder, **options)
    for number in range(count):
        outbox.append(card(number), number)
    return outbox


def drained(outbox, most=100000):
    """Settle the oldest until none is left; returns the ids in that order."""
    ids = []
    while outbox.window and len(ids) < most:
        record = outbox.window[0]
        ids.append(record.id())
        assert outbox.settle(record.boot, record.seq) is record
        outbox.save()
    return ids


def segments(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith("tap-"))


def content(folder, name):
    with open(folder + "/" + name, "rb") as file:
        return file.read()


def put(folder, name, data):
    with open(folder + "/" + name, "wb") as file:
        file.write(data)


def is_full(outbox):
    try:
        outbox.append(card(0), 0)
    except OutboxFull:
        return True
    return False
