"""What the person at the reader is told, at once and later. Knows no hardware: a Sink shows it.

A Sink has one method, `show(line)`, which never blocks and never raises; `line` is a map with `show` (a stable word),
`text` (in the reader's language) and, where they are known, `boot`, `seq`, `number`, `ahead`, `lo_min`, `hi_min`,
`desk` and `late`.
"""

from luot_firmware import text
from luot_protocol import codes

READY = "ready"
OFFLINE = "offline"
NO_RECEIPT = "no_receipt"

_RECEIPT_FIELDS = ("number", "ahead", "lo_min", "hi_min", "desk")


class Feedback:
    """Puts words to what happens; what holds until it changes is shown once, when it begins."""

    def __init__(self, sink, language):
        self._sink = sink
        self._language = language
        self._state = None
        self._is_broken = False

    def enter(self, state):
        """From now on the office is READY, OFFLINE, or NO_RECEIPT came in time."""
        if state != self._state:
            self._state = state
            if not self._is_broken:
                self._show(state)

    def breaks(self):
        """From now on the reader cannot read cards."""
        if not self._is_broken:
            self._is_broken = True
            self._show("fault")

    def works(self):
        """From now on the reader can read cards again."""
        if self._is_broken:
            self._is_broken = False
            if self._state is not None:
                self._show(self._state)

    def heard(self, record):
        """The tap of this Record is safe in flash."""
        self._show("heard", boot=record.boot, seq=record.seq)

    def not_kept(self):
        """A tap could not be kept and does not count."""
        self._show("full")

    def answer(self, receipt, is_late):
        """A receipt came; `is_late` when whoever tapped will have gone by now, so a display need not show it."""
        show = codes.name(receipt.code)
        line = {"show": show, "boot": receipt.boot, "seq": receipt.seq}
        for name in _RECEIPT_FIELDS:
            value = getattr(receipt, name)
            if value is not None:
                line[name] = value
        if is_late:
            line["late"] = True
        line["text"] = text.answer(self._language, show, receipt)
        self._sink.show(line)

    def _show(self, show, **fields):
        fields["show"] = show
        fields["text"] = text.status(self._language, show)
        self._sink.show(fields)
