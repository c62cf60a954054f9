"""The taps that have no receipt yet, kept in flash through any loss of power. Never sends, and never drops an old tap.

The log is a row of segments, `tap-00000001` and up, to which records are only added; a segment whose taps are all
settled is removed. The file `cursor` says which taps are settled: all up to a frontier except a few, the open ones. It
may lag behind (then a settled tap is sent again, and gets the same receipt) but never runs ahead. The file `boot`
counts cold starts. (boot, seq) rises through the log and is never used twice. RAM holds only the oldest open taps.
"""

from luot_firmware import records

CAPACITY = 10_000
SEGMENT_BYTES = 16 * 1024
WINDOW = 8
"""Oldest taps that are open for sending at once; a tap that nobody settles holds up one place, not the line."""

_PREFIX = "tap-"
_CURSOR, _BOOT = "cursor", "boot"
_READ_BYTES = 16 * records.TAP_BYTES

# More cold starts than can lie between the newest readable record and a lost boot counter.
_LEAP = 1000


class OutboxFull(Exception):
    """Raised for a tap that cannot be kept: as many wait as are allowed, or the flash has no room."""


class Outbox:
    """Opens the log in `flash` and counts a cold start.

    boot: this cold start's number. window: the oldest open Records, at most `window_size`, oldest first (read only).
    damaged: records that could not be read. write_errors: failed writes of cursor or boot counter, each tried again.
    """

    def __init__(self, flash, capacity=CAPACITY, segment_bytes=SEGMENT_BYTES, window_size=WINDOW):
        self.window = []
        self.damaged = 0
        self.write_errors = 0
        self._flash = flash
        self._capacity = capacity
        self._segment_bytes = segment_bytes
        self._window_size = window_size
        self._segments = sorted(_number(name) for name in flash.names() if _is_segment(name))
        self._unreadable = set()
        self._read_at = (self._segments[0] if self._segments else 1, 0)
        self._unread = 0
        self._tail_is_whole = True
        self._frontier, self._open_ids = self._load_cursor()
        newest_boot = self._load_log()
        self.boot = self._next_boot(newest_boot)
        self._boot_is_kept = False
        self._keep_boot()
        self._seq = 0
        self._refill()
        self._remove_settled()

    def depth(self):
        """Taps without a receipt."""
        return len(self.window) + self._unread

    def append(self, card, at_ms, button=0):
        """Keep a tap of `card` (hash, 16 bytes) at `at_ms` of this boot's clock; returns its Record once it is flushed.

        Raises OutboxFull; the caller must show that this tap does not count.
        """
        if self.depth() >= self._capacity:
            raise OutboxFull("capacity")
        if not self._boot_is_kept:
            self._keep_boot()
            if not self._boot_is_kept:
                raise OutboxFull("boot counter")
        self._seq += 1  # spent even when the write fails: the record may be readable all the same
        record = records.Record(self.boot, self._seq, card, at_ms, button)
        try:
            record.segment = self._segment_for_append()
            self._flash.append(_name(record.segment), records.write_tap(record))
        except OSError as error:
            self._tail_is_whole = False
            raise OutboxFull(str(error))
        self._unread += 1
        self._refill()
        return record

    def settle(self, boot, seq):
        """A receipt covers this tap: forget it. Returns its Record, or None when it is not in the window."""
        for at, record in enumerate(self.window):
            if record.boot == boot and record.seq == seq:
                del self.window[at]
                self._refill()
                self._save_cursor()
                self._remove_settled()
                return record
        return None

    def _refill(self):
        """Read the log on until the window is full or the log ends."""
        while len(self.window) < self._window_size and self._segments:
            segment, at = self._read_at
            for end, record, _ in self._scan(segment, at):
                self._read_at = (segment, end)
                if record is not None and self._is_open(record):
                    self._unread = max(self._unread - 1, 0)
                    self._take(record)
                    if len(self.window) == self._window_size:
                        return
            if segment >= self._segments[-1]:
                self._unread = 0
                return
            self._read_at = (min(number for number in self._segments if number > segment), 0)

    def _take(self, record):
        self.window.append(record)
        self._frontier = max(self._frontier, record.id())

    def _is_open(self, record):
        return record.id() > self._frontier or record.id() in self._open_ids

    def _load_log(self):
        """Read the whole log once: fill the window, count the rest and the damage; returns the highest boot seen."""
        newest_boot = self._frontier[0]
        frontier = self._frontier
        for segment in self._segments:
            self._tail_is_whole = True
            for end, record, skipped in self._scan(segment, 0):
                self.damaged += skipped
                self._tail_is_whole = record is not None
                if record is None:
                    continue
                newest_boot = max(newest_boot, record.boot)
                was_open = record.id() in self._open_ids
                if record.id() <= frontier and not was_open:
                    continue
                if was_open or len(self.window) < self._window_size:
                    self._take(record)
                    self._read_at = (segment, end)
                else:
                    self._unread += 1
        return newest_boot

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
            if len(data) < records.TAP_BYTES:
                at += len(data)
                skipped += len(data)
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
        if skipped:
            yield at, None, _records_in(skipped)

    def _segment_for_append(self):
        if not self._segments:
            self._segments.append(self._read_at[0])
        size = self._flash.size(_name(self._segments[-1]))
        if size + records.TAP_BYTES > self._segment_bytes or (size and not self._tail_is_whole):
            self._segments.append(self._segments[-1] + 1)
        self._tail_is_whole = True
        return self._segments[-1]

    def _remove_settled(self):
        """Remove the segments that were read to their end and hold no open tap; the newest stays for appending."""
        held = [record.segment for record in self.window]
        for segment in self._segments[:-1]:
            if segment < self._read_at[0] and segment not in held and segment not in self._unreadable:
                try:
                    self._flash.remove(_name(segment))
                except OSError:
                    self.write_errors += 1
                    continue
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
        try:
            self._flash.replace(_CURSOR, records.write_cursor(self._frontier, [record.id() for record in self.window]))
        except OSError:
            self.write_errors += 1

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
        try:
            self._flash.replace(_BOOT, records.write_boot(self.boot))
            self._boot_is_kept = True
        except OSError:
            self.write_errors += 1


def _is_segment(name):
    return name.startswith(_PREFIX) and name[len(_PREFIX) :].isdigit()


def _number(name):
    return int(name[len(_PREFIX) :])


def _name(segment):
    return f"{_PREFIX}{segment:08d}"


def _records_in(skipped_bytes):
    return (skipped_bytes + records.TAP_BYTES - 1) // records.TAP_BYTES
