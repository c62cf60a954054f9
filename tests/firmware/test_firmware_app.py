"""The app keeps a tap before it confirms it, and goes on through every failure of its parts."""

import asyncio

from luot_firmware import app as app_module
from luot_firmware.app import App
from luot_firmware.drivers.mfrc522 import ABSENT, ChipError
from luot_firmware.outbox import OutboxFull
from luot_firmware.records import Record
from luot_firmware.scanner import Scanner
from luot_protocol import faults
from luot_protocol.card import card_hash

ALSO_ON_MICROPYTHON = True

CARD_KEY = b"\x07" * 32
A, B = b"\x04\x01\x02\x03", b"\x04\x05\x06\x07"


class Parts:
    """Stands for every part of the app and notes in order what it was told; polls give `field` in turn, then end."""

    card_key = CARD_KEY
    role = "entry"
    cards = 1
    refusal = None

    def __init__(self, field):
        self.field = list(field)
        self.told = []
        self.is_full = False
        self.button = 0

    async def poll(self):
        await asyncio.sleep(0)
        if not self.field:
            raise EOFError
        found = self.field.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def now_ms(self):
        return 5

    def take(self):
        button, self.button = self.button, 0
        return button

    def append(self, card, at_ms, button):
        if self.is_full:
            raise OutboxFull(faults.FLASH_FULL, "capacity")
        self.told.append(("append", card, at_ms, button))
        return Record(1, 1, card, at_ms)

    async def run(self):
        await asyncio.sleep(60)

    def tapped(self, record):
        self.told.append(("tapped", record.card))

    def heard(self, record):
        self.told.append(("heard", record.card))

    def not_kept(self, fault):
        self.told.append(("not_kept", fault))

    def fault(self):
        return None

    def begins(self, fault):
        self.told.append(("begins", fault))

    def ends(self, part):
        pass


def told(field, is_full=False, button=0):
    parts = Parts(field)
    parts.is_full = is_full
    parts.button = button
    try:
        asyncio.run(App(parts, parts, parts, Scanner(parts), parts, parts, parts, parts).run())
    except EOFError:
        return parts.told
    raise AssertionError("ended early")


def test_a_tap_is_kept_then_confirmed_then_sent():
    """In this order, with the keyed hash of the card and the time of the tap."""
    card = card_hash(CARD_KEY, A)
    assert [("append", card, 5, 0), ("heard", card), ("tapped", card)] == told([None, A, A, None])


def test_a_button_goes_with_one_tap():
    """The button pressed before is kept with the next tap, and not with the one after it."""
    assert [2, 0] == [step[3] for step in told([A, B], button=2) if step[0] == "append"]


def test_a_tap_that_cannot_be_kept_is_not_confirmed():
    """It is shown as such, and the reader goes on."""
    assert [("not_kept", faults.FLASH_FULL)] * 2 == told([A, B], is_full=True)


def test_a_silent_chip_is_shown_and_tried_again():
    """An OSError of the chip is shown, by its code if it has one, and a card after it counts."""
    pause, app_module._CHIP_PAUSE_S = app_module._CHIP_PAUSE_S, 0
    try:
        steps = told([OSError(5), ChipError(ABSENT), A])
    finally:
        app_module._CHIP_PAUSE_S = pause
    assert [("begins", faults.CHIP_FAILED), ("begins", faults.CHIP_ABSENT)] == steps[:2]
    assert ["append", "heard", "tapped"] == [step[0] for step in steps[2:]]


class DropOff(Parts):
    """A drop-off reader; `presses` is the button found at each poll, each of which takes `step_ms`."""

    role = "dropoff"

    def __init__(self, field, presses, step_ms):
        super().__init__(field)
        self.presses = list(presses)
        self.ms = 0
        self.step_ms = step_ms

    async def poll(self):
        found = await super().poll()
        self.ms += self.step_ms
        self.button = self.presses.pop(0)
        return found

    def now_ms(self):
        return self.ms


def rated(field, presses, step_ms=2000):
    parts = DropOff(field, presses, step_ms)
    try:
        asyncio.run(App(parts, parts, parts, Scanner(parts), parts, parts, parts, parts).run())
    except EOFError:
        return [step[1:] for step in parts.told if step[0] == "append"]
    raise AssertionError("ended early")


def test_a_face_after_the_drop_is_sent_with_the_dropped_card():
    """Once, within ten seconds; a press before any card, a second one and a late one are nobody's."""
    card = card_hash(CARD_KEY, A)
    assert [(card, 4000, 0), (card, 6000, 2)] == rated([None, A, None, None], [3, 0, 2, 1])
    assert [(card, 2000, 0)] == rated([A] + [None] * 6, [0] * 6 + [2])
