"""Whatever happens to the process, and when: the office that comes back is the one that was there.

A random day of taps, keys, repeats and deaths on a real ledger. For a longer look at more days:
    LUOT_EXAMPLES=3000 python -m pytest tests/controller/store/test_recovery.py
"""

import json
import os
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from clocked_rig import ClockedRig
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from luot_controller.engine.events import TapAnswered, TapIgnored
from luot_controller.errors import StoreFailed
from luot_protocol import frames, messages, topics
from offices import CARDS, Message

EXAMPLES = int(os.environ.get("LUOT_EXAMPLES", "25"))

NUMBERS = st.one_of(st.integers(1, 6), st.just(CARDS + 1))
READERS = st.sampled_from(["entry-1", "entry-1", "info-1", "at-1"])
AGES_MS = st.one_of(st.just(0), st.integers(0, 40 * 60_000), st.none())
DEATHS = st.sampled_from(["before", "inside", "after", "publishing"])
PICKS = st.lists(st.integers(0, 1_000), min_size=1, max_size=5)


class AnyDay(RuleBasedStateMachine):
    """`taps` are all frames ever made, sent or not; `keys` all commands; `receipts` what each tap was told."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="luot-")
        self.rig = ClockedRig(Path(self.folder.name))
        self.taps: list[Message] = []
        self.keys: list[Message] = []
        self.receipts: dict[tuple[str, int, int], tuple[object, ...]] = {}
        self.replies: dict[str, dict[str, object]] = {}

    def teardown(self) -> None:
        """However the day went: sent once more, each tap gets its receipt, and there is one settlement for each."""
        try:
            self.rig.office.turn(self.taps)
            self.listen()
            settled = [
                fact for _, fact in self.rig.store.facts(0, 1_000_000) if isinstance(fact, TapAnswered | TapIgnored)
            ]
            assert len(self.taps) == len(settled) == len(self.receipts)
            assert [1] * len(settled) == list(Counter((fact.kid, fact.boot, fact.seq) for fact in settled).values())
        finally:
            self.rig.store.close()
            self.folder.cleanup()

    @initialize(numbers=st.lists(st.integers(1, 6), unique=True, max_size=6))
    def some_have_come(self, numbers: list[int]) -> None:
        """Not every day begins with an empty hall."""
        for number in numbers:
            self.make_tap(number, "entry-1", number % 4, 0)
        self.rig.office.turn(self.taps)

    def make_tap(self, number: int, reader: str, button: int, age_ms: int | None) -> Message:
        """A card is held to a reader; the frame is kept for later."""
        frame = self.rig.frame(number, reader, button, age_ms)
        self.taps.append(Message(topics.build("test", "link_up", reader), frame))
        return self.taps[-1]

    def make_key(self, command: str, desk: str, expects: int | None) -> Message:
        """A clerk presses a key; the message is kept for later."""
        body: dict[str, object] = {"id": f"c{len(self.keys)}", "command": command, "desk": desk, "expects": expects}
        body |= {"number": len(self.keys) % 6 + 1, "service": ("papers", "land")[len(self.keys) % 2]}
        self.keys.append(Message(topics.build("test", "console_cmd", f"desk-{desk}"), json.dumps(body).encode()))
        return self.keys[-1]

    @rule(number=NUMBERS, reader=READERS, button=st.integers(0, 3), age_ms=AGES_MS)
    def tap(self, number: int, reader: str, button: int, age_ms: int | None) -> None:
        self.rig.office.turn([self.make_tap(number, reader, button, age_ms)])

    @rule(number=NUMBERS, reader=READERS, button=st.integers(0, 3), age_ms=AGES_MS)
    def tap_without_a_connection(self, number: int, reader: str, button: int, age_ms: int | None) -> None:
        self.make_tap(number, reader, button, age_ms)

    @rule(command=st.sampled_from(messages.COMMANDS), desk=st.sampled_from("12"), stale=st.integers(0, 9))
    def press(self, command: str, desk: str, stale: int) -> None:
        version = self.rig.office._state.desks[desk].version
        self.rig.office.turn([self.make_key(command, desk, version - 1 if stale == 0 else version)])

    @rule(taps=PICKS, keys=PICKS)
    def send_again(self, taps: list[int], keys: list[int]) -> None:
        self.rig.office.turn(self.picked(taps, keys))

    @rule(minutes=st.sampled_from([0.01, 1, 3, 16]))
    def time_passes(self, minutes: float) -> None:
        self.rig.clock.ms += int(minutes * 60_000)

    @rule()
    def restart(self) -> None:
        self.rig.again()

    @rule(where=DEATHS, taps=PICKS, keys=PICKS, number=NUMBERS, command=st.sampled_from(messages.COMMANDS))
    def die(self, where: str, taps: list[int], keys: list[int], number: int, command: str) -> None:
        fresh = [self.make_tap(number, "entry-1", 0, 0), self.make_key(command, "1", None)]
        self.rig.die_in(where, fresh + self.picked(taps, keys))

    @precondition(lambda self: self.taps)
    @rule(taps=PICKS, number=NUMBERS)
    def the_disk_fails(self, taps: list[int], number: int) -> None:
        fresh, commit, was = self.make_tap(number, "entry-1", 0, 0), self.rig.store.commit, self.rig.recovered()

        def fail(*_: object) -> None:
            raise StoreFailed("disk full")

        self.rig.store.commit = fail  # type: ignore[assignment, method-assign]
        published = len(self.rig.bus.published)
        self.rig.office.turn([fresh])
        self.rig.store.commit = commit  # type: ignore[method-assign]
        assert (was, published) == (self.rig.live(), len(self.rig.bus.published))
        self.rig.office.turn(self.picked(taps, []))

    def picked(self, taps: list[int], keys: list[int]) -> list[Message]:
        """Some of what was ever made, in any order, perhaps twice."""
        some = [self.taps[n % len(self.taps)] for n in taps if self.taps]
        return some + [self.keys[n % len(self.keys)] for n in keys if self.keys]

    @invariant()
    def memory_disk_and_ledger_agree(self) -> None:
        """The state in memory, the one a start would read, and the sum of the ledger are the same."""
        live = self.rig.live()
        assert live == self.rig.recovered()
        assert live == self.rig.folded()

    @invariant()
    def everyone_hears_one_thing(self) -> None:
        """A tap or a key that is sent again is told what it was told before, whatever has happened since."""
        self.listen()

    def listen(self) -> None:
        """Take what was published since, and hold it against what was said before."""
        published, self.rig.bus.published = self.rig.bus.published, []
        for topic, payload, _ in published:
            name, of = topics.parse("test", topic)
            if name == "link_down":
                told = frames.read_receipt(frames.parse(payload), self.rig.keys[of].key)
                said = (told.code, told.number, told.ahead, told.lo_min, told.hi_min, told.desk)
                assert said == self.receipts.setdefault((of, told.boot, told.seq), said)
            elif name == "console_reply":
                reply = json.loads(payload)
                if reply["ok"]:
                    assert reply == self.replies.setdefault(reply["id"], reply)


AnyDay.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=40)
TestAnyDay = AnyDay.TestCase
