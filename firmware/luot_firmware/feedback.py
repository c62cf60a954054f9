"""What the person at the reader is told, at once and later. Knows no hardware: a Sink shows it.

A Sink has one method, `show(line)`, which never blocks and never raises. `line` is a map with

    show    a stable word
    text    the words for a display, in the reader's language
    light   a name of `patterns.LIGHTS`, or None: as before
    sound   a name of `patterns.SOUNDS`, or None: silence

and, where they are known, `fault` (a word of luot_protocol.faults), `boot`, `seq`, `number`, `ahead`, `lo_min`,
`hi_min`, `desk`, `closes_first` and `late`. A light that ends by itself leaves the last one that does not, so an LED
and a buzzer need no logic: they play the pattern of that name.
"""

from luot_firmware import text
from luot_protocol import codes, faults

READY = "ready"

_IDENTIFY = "identify"

_READY_LIGHT = "green"
_KEPT = ("green_flash", "heard")
_TAKEN = ("green_flash", "taken")
_CLOSES_FIRST_LIGHT = "amber_flash"
_REFUSED = ("red_flash", "refused")
_NOT_KEPT_SOUND = "error"

_ANSWERS = {
    codes.YOUR_TURN: ("green_wave", "turn"),
    codes.STARTED: ("green_wave", "taken"),
    codes.OTHER_DESK: ("amber_flash", "refused"),
    codes.NOT_IN_LINE: ("amber_flash", "refused"),
    codes.ALREADY_ENROLLED: ("amber_flash", "refused"),
}
"""Code of a receipt to (light, sound); any other answer is _TAKEN, any other refusal _REFUSED."""

FAULTS = (
    (faults.CHIP_ABSENT, "fault", "red_2", None),
    (faults.CHIP_UNKNOWN, "fault", "red_3", None),
    (faults.CHIP_ASLEEP, "fault", "red_4", None),
    (faults.CHIP_UNSTABLE, "fault", "red_5", None),
    (faults.CHIP_FAILED, "fault", "red_6", None),
    (faults.FLASH_FULL, "full", "red_1", None),
    (faults.FLASH_FAILING, "full", "red_7", None),
    (faults.CARD_SEVERAL, "card", "blue_2", "refused"),
    (faults.CARD_RANDOM_UID, "card", "blue_3", "refused"),
    (faults.CARD_UNREADABLE, "card", "blue_1", "refused"),
    (faults.CARD_LEFT, "card", "blue_4", None),
    (faults.BROKER_REFUSES, "offline", "amber_2", None),
    (faults.BROKER_FORBIDS, "offline", "amber_3", None),
    (faults.BROKER_MALFORMED, "offline", "amber_4", None),
    (faults.BROKER_SILENT, "offline", "amber_5", None),
    (faults.BROKER_UNREACHABLE, "offline", "amber_1", None),
    (faults.OFFICE_UNVERIFIED, "no_receipt", "amber_7", None),
    (faults.OFFICE_SILENT, "no_receipt", "amber_6", None),
    (faults.CLOCK_JUMPED, "clock", "green_2", None),
)
"""(fault, show, light, sound), the most important first: the first that holds is what is shown.

Red: this reader takes no taps. Blue: whoever holds the card can mend it. Amber: taps are kept, their answers come
later. Green: taps count.
"""

_RECEIPT_FIELDS = ("number", "ahead", "lo_min", "hi_min", "desk")


class Feedback:
    """Puts words, light and sound to what happens; what holds until it changes is shown once, when it begins."""

    def __init__(self, sink, language):
        self._sink = sink
        self._language = language
        self._holds = {}
        self._is_ready = False
        self._shown = None

    def ready(self):
        """From now on the office can be reached."""
        self._is_ready = True
        self._holds.pop("broker", None)
        self._holds.pop("office", None)
        self._settle()

    def begins(self, fault):
        """From now on the fault's part has this fault, whatever it had before."""
        self._holds[_part(fault)] = fault
        self._settle()

    def ends(self, part):
        """From now on this part, the first word of its faults, has none."""
        if self._holds.pop(part, None) is not None:
            self._settle()

    def faults(self):
        """The numbers of the faults that hold, the most important first."""
        holding = self._holds.values()
        return [row[0] for row in FAULTS if row[0] in holding]

    def heard(self, record):
        """The tap of this Record is safe in flash."""
        self._show("heard", *_KEPT, text.status(self._language, "heard"), boot=record.boot, seq=record.seq)

    def not_kept(self, fault):
        """A tap could not be kept for this fault of the flash, which holds from now on, and does not count."""
        self._holds[_part(fault)] = fault
        self._shown = fault
        self._show_fault(fault, _NOT_KEPT_SOUND)

    def identify(self):
        """Somebody looks for this reader among others."""
        self._show(_IDENTIFY, _IDENTIFY, None, text.status(self._language, _IDENTIFY))

    def answer(self, receipt, is_late):
        """A receipt came; `is_late` when whoever tapped will have gone by now, so nothing need show it."""
        show = codes.name(receipt.code)
        light, sound = _ANSWERS.get(receipt.code) or (_REFUSED if codes.is_refusal(receipt.code) else _TAKEN)
        fields = {"boot": receipt.boot, "seq": receipt.seq}
        for name in _RECEIPT_FIELDS:
            value = getattr(receipt, name)
            if value is not None:
                fields[name] = value
        if receipt.closes_first:
            fields["closes_first"] = True
            light = _CLOSES_FIRST_LIGHT
        if is_late:
            fields["late"] = True
            light = sound = None
        self._show(show, light, sound, text.answer(self._language, show, receipt), **fields)

    def _settle(self):
        """Show what holds, if that is not what was shown last."""
        holding = self.faults()
        state = holding[0] if holding else READY if self._is_ready else None
        if state == self._shown:
            return
        self._shown = state
        if state == READY:
            self._show(READY, _READY_LIGHT, None, text.status(self._language, READY))
        elif state is not None:
            self._show_fault(state, None)

    def _show_fault(self, fault, sound):
        _, show, light, own_sound = next(row for row in FAULTS if row[0] == fault)
        word = faults.NAMES[fault]
        self._show(show, light, sound or own_sound, text.status(self._language, word), fault=word)

    def _show(self, show, light, sound, words, **fields):
        fields.update({"show": show, "light": light, "sound": sound, "text": words})
        self._sink.show(fields)


def _part(fault):
    return faults.NAMES[fault].split(".")[0]
