"""What happens to a reader while its power is cut, and what must be found out; runs inside MicroPython."""

import json
import random

from power_cuts import FOLDER, Reader, Wrong, every_cut

from luot_firmware import outbox, records
from luot_firmware.flash import LittleFlash


def taps(count):
    """So many cards, each heard."""

    def act(reader):
        for _ in range(count):
            reader.tap()

    return act


def settles(*places):
    """Receipts for these places of the window."""

    def act(reader):
        for at in places:
            reader.settle(at)

    return act


def starts(count):
    """So many cold starts."""

    def act(reader):
        for _ in range(count):
            reader.start()

    return act


def mixed(seed, steps):
    """Taps, receipts in any order and starts, by chance."""

    def act(reader):
        random.seed(seed)
        for _ in range(steps):
            what = random.randrange(20)
            if what < 9:
                reader.tap()
            elif what < 18:
                reader.settle(random.randrange(8))
            else:
                reader.start()

    return act


def fill(reader):
    """Cards until many were refused, because the flash has no room."""
    reader.is_full = True
    for _ in range(30):
        while reader.tap():
            pass


def squeeze(reader):
    """In a full flash, receipts that make room, and cards that take it."""
    for _ in range(3):
        reader.tap()
        reader.settle(2)
        reader.settle()
        reader.tap()


def recover(reader):
    """What is done after a cut."""
    reader.compare()
    reader.go_on()


def together(*parts):
    """One after the other."""

    def act(reader):
        for part in parts:
            part(reader)

    return act


class Hasty(LittleFlash):
    """A defect: a tap is said to be kept, and then written."""

    def __init__(self, folder):
        super().__init__(folder)
        self._late = None

    def append(self, name, data):
        late, self._late = self._late, (name, data)
        if late:
            super().append(*late)


class Careless(LittleFlash):
    """A defect: for a moment there is neither the old file nor the new one."""

    def replace(self, name, data):
        self.remove(name)
        super().replace(name, data)


class Forgetful(LittleFlash):
    """A defect: starts are not counted."""

    def replace(self, name, data):
        if name != "boot":
            super().replace(name, data)


power = starts(1)
_TAPS_IN_BLOCK = 4096 // records.TAP_BYTES
_SHORT = outbox._SHORT_SEGMENTS * outbox._SHORT_BYTES // records.TAP_BYTES
_LONG = outbox.SEGMENT_BYTES // records.TAP_BYTES

SCENARIOS = {
    # name: (blocks of flash, what went before, what is cut, how often)
    "first": (8, together(), together(power, taps(3), settles(0), power, taps(1)), 1),
    "starts": (8, together(power, taps(3)), starts(40), 1),
    "append": (16, power, together(power, taps(50)), 1),
    "block": (24, together(power, taps(_SHORT + _TAPS_IN_BLOCK - 2)), together(power, taps(3)), 1),
    "rotate": (24, together(power, taps(_SHORT + _LONG - 1)), together(power, taps(3)), 1),
    "settle": (16, together(power, taps(40)), together(power, settles(*[0, 3, 7, 0, 1, 0] * 6)), 1),
    "release": (
        24,
        together(power, taps(_SHORT + _LONG + 20), settles(*[0] * (_SHORT + _LONG - 4))),
        together(power, settles(*[1, 0, 0] * 6)),
        1,
    ),
    "full": (6, together(power, fill), together(power, squeeze), 1),
    "mixed": (12, together(power, mixed(1, 200)), together(power, mixed(2, 50)), 1),
    "twice": (8, together(power, mixed(3, 30)), together(power, taps(3), settles(1, 0)), 2),
}
for seed in range(4):
    SCENARIOS[f"life-{seed}"] = (12, together(power, mixed(seed, 300)), together(power, mixed(100 + seed, 120)), 1)
    SCENARIOS[f"full-{seed}"] = (6 + seed, together(power, fill), together(power, *[squeeze] * 4), 1)
    SCENARIOS[f"twice-{seed}"] = (
        8 + seed,
        together(power, mixed(seed, 400)),
        together(power, mixed(100 + seed, 12)),
        2,
    )


def cut(name, kind="LittleFlash"):
    """Cut a scenario everywhere; prints how many cuts there were, and what was wrong after the last of them."""
    blocks, before, act, times = SCENARIOS[name]
    past = Reader(blocks, kind=globals()[kind])
    before(past)
    past.stop()
    points = 0
    wrong = None
    try:
        for reader in _cuts(past, act, times):
            points += 1
            recover(reader)
            reader.stop()
    except Wrong as error:
        wrong = str(error)
    print(json.dumps({"points": points, "wrong": wrong}))


def written_and_flushed():
    """Cut the power after a write, and after a flush; prints what is left of each file."""
    left = {}
    for what in ("written", "flushed"):
        reader = Reader(8)
        reader.start()
        file = open(FOLDER + "/" + what, "wb")  # noqa: SIM115 - the cut comes before its end
        file.write(b"a tap")
        if what == "flushed":
            file.flush()
        reader.chip.cut_after(0)
        try:
            file.close()
        except OSError:
            left["not closed"] = what
        reader.chip.power_on()
        reader.start()
        left[what] = LittleFlash(FOLDER).read(what, 0, 99)
        reader.stop()
    print(json.dumps(left))


def broken():
    """Take taps while the flash refuses everything, and look for those from before."""
    reader = Reader(8)
    reader.start()
    taps(5)(reader)
    reader.chip.cut_after(0)
    refused = 0
    for _ in range(3):
        try:
            reader.outbox.append(bytes(16), 0)
        except outbox.OutboxFull:
            refused += 1
    reader.outbox.settle(*reader.outbox.window[0].id())
    reader.outbox.save()
    reader.chip.power_on()
    reader.compare()
    print(json.dumps({"refused": refused, "kept": len(reader.open)}))


def _cuts(past, act, times):
    for reader in every_cut(past, act):
        if times == 1:
            yield reader
        else:
            yield from _cuts(reader, recover, times - 1)
