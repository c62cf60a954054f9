"""The taps that have no receipt yet, kept in flash through any loss of power. Never sends, and never drops an old tap.

The log is a row of segments, `tap-00000001` and up, to which records are only added; a segment whose taps are all
settled is removed. The file `cursor` says which taps are settled: all up to a frontier except a few, the open ones. It
may lag behind (then a settled tap is sent again, and gets the same receipt) but never runs ahead. The file `boot`
counts cold starts. (boot, seq) rises through the log and is never used twice. RAM holds only the oldest open taps, and
a start reads only their segments and the log's end.
"""

from luot_firmware import records
from luot_firmware.flash import NO_ROOM
from luot_protocol import faults

CAPACITY = 10_000
SEGMENT_BYTES = 4 * 4096 - 16
"""Four blocks of flash, less the links that littlefs writes into them."""
WINDOW = 8
"""Oldest taps that are open for sending at once; a tap that nobody settles holds up one place, not the line."""

_PREFIX = "tap-"
_CURSOR, _BOOT = "cursor", "boot"
_READ_BYTES = 16 * records.TAP_BYTES

# A short log takes short segments: littlefs keeps a file of at most 512 bytes in its directory, where a tap costs a
# page or two, and no erased block of its own. Many of them would make every look into the directory slow.
_SHORT_BYTES = 13 * records.TAP_BYTES
_SHORT_SEGMENTS = 8

# More cold starts than can lie between the newest readable record and a lost boot counter.
_LEAP = 1000


class OutboxFull(Exception):
    """Raised for a tap that cannot be kept; fault: faults.FLASH_FULL or FLASH_FAILING."""

    def __init__(self, fault, detail):
        super().__init__(detail)
        self.fault = fault


class Outbox:
    """Opens the log in `flash` and counts a cold start.

    boot: this cold start's number. window: the oldest open Records, at most `window_size`, oldest first (read only).
    damaged: records that could not be read so far. write_errors: failed writes so far; those of cursor and boot counter
    are tried again. kept, not_kept: taps of this start.
    """

    def __init__(self, flash, capacity=CAPACITY, segment_bytes=SEGMENT_BYTES, window_size=WINDOW):
        self.window = []
        self.damaged = 0
        self.write_errors = 0
        self.kept = 0
        self.not_kept = 0
        self._broken = None
        self._flash = flash
        self._capacity = capacity
        self._segment_bytes = segment_bytes
        self._window_size = window_size
        self._segments = sorted(_number(name) for name in flash.names() if _is_segment(name))
        self._unreadable = set()
        self._read_at = (self._segments[0] if self._segments else 1, 0)
        self._unread = 0
        self._end = None
        newest_boot = self._measure()
        self._frontier, open_ids = self._load_cursor()
        self._left_open = set(open_ids)
        self.boot = self._next_boot(max(newest_boot, self._frontier[0]))
        self._boot_is_kept = False
        self._is_saved = True
        self._keep_boot()
        self._seq = 0
        self._refill()
        self._remove_settled()

    def depth(self):
        """Taps without a receipt, and as many as damaged records can hide in the part of the log that was not read."""
        return len(self.window) + self._unread

    def append(self, card, at_ms, button=0):
        """Keep a tap of `card` (hash, 16 bytes) at `at_ms` of this boot's clock; returns its Record once it is flushed.

        Raises OutboxFull; the caller must show that this tap does not count.
        """
        try:
            return self._append(card, at_ms, button)
        except OutboxFull:
            self.not_kept += 1
            raise

    def fault(self):
        """What keeps taps from being kept, as far as the last writes showed: faults.FLASH_*, or None."""
        return faults.FLASH_FULL if self.depth() >= self._capacity else self._broken

    def mend(self):
        """Write what can be written again, to see whether a flash that failed works."""
        if not self._boot_is_kept:
            self._keep_boot()
        self._save_cursor()

    def settle(self, boot, seq):
        """A receipt covers this tap: forget it. Returns its Record, or None when it is not in the window.

        save() is to follow soon: until then a loss of power brings the tap back, which is sent again.
        """
        for at, record in enumerate(self.window):
            if record.boot == boot and record.seq == seq:
                del self.window[at]
                self._refill()
                self._is_saved = False
                return record
        return None

    def save(self):
        """Write down what was settled since the last time, and give its flash back."""
        if not self._is_saved:
            self._is_saved = True
            self._save_cursor()
            self._remove_settled()

    def _append(self, card, at_ms, button):
        if self.depth() >= self._capacity:
            raise OutboxFull(faults.FLASH_FULL, "capacity")
        if not self._boot_is_kept:
            self._keep_boot()
            if not self._boot_is_kept:
                raise OutboxFull(self._broken, "boot counter")
        self._seq += 1  # spent even when the write fails: the record may be readable all the same
        record = records.Record(self.boot, self._seq, card, at_ms, button)
        try:
            record.segment, at = self._place()
            self._end = None
            self._flash.append(_name(record.segment), records.write_tap(record))
        except OSError as error:
            self._failed(error)
            raise OutboxFull(self._broken, str(error))
        self._broken = None
        self.kept += 1
        self._end = at + records.TAP_BYTES
        if len(self.window) < self._window_size:  # then the log was read to its end
            self._take(record)
            self._read_at = (record.segment, self._end)
        else:
            self._unread += 1
        return record

    def _place(self):
        """(segment, offset) where the next record goes: the newest segment's end, or a new segment."""
        if self._end is None and self._segments and not self._flash.size(_name(self._segments[-1])):
            self._end = 0
        most = min(_SHORT_BYTES, self._segment_bytes) if len(self._segments) <= _SHORT_SEGMENTS else self._segment_bytes
        if self._end is None or self._end + records.TAP_BYTES > most:
            self._segments.append(self._segments[-1] + 1 if self._segments else self._read_at[0])
            self._end = 0
        return self._segments[-1], self._end

    def _refill(self):
        """Read the log on until the window is full or the log ends."""
        while len(self.window) < self._window_size and self._segments:
            segment, at = self._read_at
            for end, record, skipped in self._scan(segment, at):
                self._read_at = (segment, end)
                self.damaged += skipped
                if record is None:
                    continue
                self._unread = max(self._unread - 1, 0)
                if self._is_open(record):
                    self._take(record)
                    if len(self.window) == self._window_size:
                        return
            if segment >= self._segments[-1]:
                self._unread = 0
                self._left_open.clear()
                return
            self._read_at = (min(number for number in self._segments if number > segment), 0)

    def _take(self, record):
        self.window.append(record)
        self._frontier = max(self._frontier, record.id())
        self._left_open.discard(record.id())

    def _is_open(self, record):
        return record.id() > self._frontier or record.id() in self._left_open

    def _measure(self):
        """Count the records by the segments' sizes, find the log's end, and return the newest record's boot."""
        newest = None
        for segment in reversed(self._segments):
            size = self._flash.size(_name(segment))
            self._unread += size // records.TAP_BYTES
            if newest is None:
                newest = self._last_record(segment, max(size - records.TAP_BYTES, 0))
                if newest is not None and segment == self._segments[-1]:
                    self._end = size
            if newest is None:
                newest = self._last_record(segment, 0)
        return newest.boot if newest else 0

    def _last_record(self, segment, at):
        last = None
        for _, record, _ in self._scan(segment, at):
            last = record or last
        return last

    def _scan(self, segment, at):
        """Yield (end offset, Record, records skipped before it) from offset `at`; a bad tail comes with Record None.

        Damage is stepped over byte by byte, so a record after it is found whatever the damage's length.
        """
        skipped = 0
        while True:
            try:
                data = self._flash.read(_name(segment), at, _READ_BYTES)
            except OSError:
                self._unreadable.add(segment)
                skipped += records.TAP_BYTES
                break
            start = 0
            while start + records.TAP_BYTES <= len(data):
                record = records.read_tap(data, start, segment)
                if record is None:
                    start += 1
                    skipped += 1
                    continue
                start += records.TAP_BYTES
                yield at + start, record, _records_in(skipped)
                skipped = 0
            at += start
            if len(data) < _READ_BYTES:
                at += len(data) - start
                skipped += len(data) - start
                break
        if skipped:
            yield at, None, _records_in(skipped)

    def _remove_settled(self):
        """Remove the segments that were read to their end and hold no open tap; the newest stays for appending."""
        held = [record.segment for record in self.window]
        for segment in self._segments[:-1]:
            if segment < self._read_at[0] and segment not in held and segment not in self._unreadable:
                try:
                    self._flash.remove(_name(segment))
                except OSError as error:
                    self._failed(error)
                    continue
                self._broken = None
                self._segments.remove(segment)

    def _load_cursor(self):
        try:
            data = self._flash.read(_CURSOR, 0, records.MAX_CURSOR_BYTES)
        except OSError:
            data = b"?"
        cursor = records.read_cursor(data)
        if cursor is None:
            self.damaged += 1 if data else 0
            return (0, 0), []
        return cursor

    def _save_cursor(self):
        if self._unreadable:
            return  # taps may lie there that the frontier has passed
        open_ids = [record.id() for record in self.window] + list(self._left_open)
        self._replace(_CURSOR, records.write_cursor(self._frontier, open_ids))

    def _next_boot(self, newest_boot):
        try:
            data = self._flash.read(_BOOT, 0, records.TAP_BYTES)
        except OSError:
            data = b"?"
        kept = records.read_boot(data)
        if kept is None:
            is_first = not data and not self._segments and newest_boot == 0
            self.damaged += 1 if data else 0
            return 1 if is_first else newest_boot + _LEAP
        return max(kept, newest_boot) + 1

    def _keep_boot(self):
        self._boot_is_kept = self._replace(_BOOT, records.write_boot(self.boot))

    def _replace(self, name, data):
        """True when the file was written; that there is room for a tap is not said by so small a file."""
        try:
            self._flash.replace(name, data)
        except OSError as error:
            self._failed(error)
            return False
        if self._broken == faults.FLASH_FAILING:
            self._broken = None
        return True

    def _failed(self, error):
        self.write_errors += 1
        self._broken = faults.FLASH_FULL if error.args[0] in NO_ROOM else faults.FLASH_FAILING


def _is_segment(name):
    return name.startswith(_PREFIX) and name[len(_PREFIX) :].isdigit()


def _number(name):
    return int(name[len(_PREFIX) :])


def _name(segment):
    return f"{_PREFIX}{segment:08d}"


def _records_in(skipped_bytes):
    return (skipped_bytes + records.TAP_BYTES - 1) // records.TAP_BYTES
