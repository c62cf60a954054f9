"""One turn of the loop, on a real ledger."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from luot_controller.engine.events import VisitOpened
from luot_controller.errors import StoreFailed
from luot_protocol import codes, frames, messages, topics
from offices import Message, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.store.close()


def test_a_tap_becomes_a_turn(rig: Rig) -> None:
    """A tap opens a visit; its receipt tells the place, and the board and the line show it."""
    first, second = rig.tap(17), rig.tap(4)
    assert (codes.OPENED, 17, 0) == (first.code, first.number, first.ahead)
    assert (codes.OPENED, 4, 1) == (second.code, second.number, second.ahead)
    assert [17, 4] == [person["number"] for person in rig.last("service", "papers")["head"]]
    assert 2 == rig.last("board")["waiting"]


def test_a_turn_is_said_in_one_piece(rig: Rig) -> None:
    """Receipts, screens, events and acknowledgements of a turn leave together."""
    before = rig.bus.pieces
    rig.send(*(rig.frame(number) for number in range(1, 6)))
    assert (1, 5) == (rig.bus.pieces - before, len(rig.receipts()))


def test_call_next(rig: Rig) -> None:
    """The clerk's key calls the first, with the reason; desk, board and card say so."""
    rig.tap(17)
    rig.tap(4)
    reply = rig.command("CallNext")
    assert (True, 17) == (reply["ok"], reply["called"])
    assert ("called", 17, "OLDEST") == tuple(rig.last("desk", "1")[key] for key in ("state", "number", "reason"))
    assert [(17, "1")] == [(call["number"], call["desk"]) for call in rig.last("board")["calls"]]
    assert {"state": "called", "desk": "1"}.items() <= rig.last("card", "17").items()


def test_priority_is_explained(rig: Rig) -> None:
    """A priority visit goes first within its head start, and the call names whom it passed over."""
    rig.tap(12, age_ms=60_000)
    rig.tap(17, button=1)
    rig.command("CallNext")
    assert ("PRIORITY_WITHIN_H", 17, 12) == tuple(rig.last("desk", "1")[key] for key in ("reason", "number", "over"))


def test_second_tap_shows_the_place(rig: Rig) -> None:
    """A card in line that is tapped again is told its place; there is never a second visit."""
    rig.tap(1)
    rig.tap(2)
    again = rig.tap(2)
    assert (codes.WAITING, 1) == (again.code, again.ahead)
    assert 2 == sum(isinstance(fact, VisitOpened) for fact in rig.facts)


def test_duplicate_gets_the_same_receipt(rig: Rig) -> None:
    """A frame that comes again, in the same turn, later, or after a restart, changes nothing and is answered alike."""
    frame = rig.frame(5)
    rig.send(frame, frame)
    rig.send(frame)
    before = rig.receipts()
    rig.again()
    rig.send(frame)
    after = rig.receipts()
    fields = [
        (receipt.code, receipt.number, receipt.ahead, receipt.lo_min, receipt.hi_min) for receipt in before + after
    ]
    assert [fields[0]] * 4 == fields
    assert 1 == sum(isinstance(fact, VisitOpened) for fact in rig.facts)


def test_order_is_tap_time(rig: Rig) -> None:
    """Taps that were held up rank by when they were made, whatever order their frames arrive in."""
    rig.send(rig.frame(3, age_ms=1_000), rig.frame(1, age_ms=30_000), rig.frame(2, age_ms=20_000))
    assert [1, 2, 3] == [person["number"] for person in rig.last("service", "papers")["head"]]


def test_age_is_scaled_with_office_time(tmp_path: Path) -> None:
    """At sixty times the speed a second of a reader's clock is a minute of the office's."""
    rig = Rig(tmp_path, speed=60.0)
    rig.send(rig.frame(1, age_ms=0), rig.frame(2, age_ms=1_000))
    first, second = rig.last("service", "papers")["head"]
    assert (2, 1) == (first["number"], second["number"])
    assert 60_000 == pytest.approx(second["rank_ms"] - first["rank_ms"], abs=6_000)
    rig.store.close()


def test_unknown_age_ranks_by_arrival(rig: Rig) -> None:
    """After a power loss the tap's age is unknown: it ranks by arrival and the ledger says so."""
    rig.send(rig.frame(1, age_ms=None), rig.frame(2, age_ms=5_000))
    assert [2, 1] == [person["number"] for person in rig.last("service", "papers")["head"]]
    assert [False, True] == [fact.aged for fact in rig.facts if isinstance(fact, VisitOpened)]


def test_restart_rebuilds_the_same_state(rig: Rig) -> None:
    """Killed after a day's mix of events, the office comes back with every topic as it was."""
    for number in range(1, 9):
        rig.tap(number, button=number % 3)
    for command in ("CallNext", "Start", "CallNext", "NoShow", "CallNext", "Recall"):
        assert rig.command(command)["ok"]
    rig.command("CallNext", desk="2")
    for command, fields in (("Transfer", {"service": "papers"}), ("CallNext", {}), ("Hold", {}), ("CallNext", {})):
        assert rig.command(command, desk="2", **fields)["ok"]
    assert rig.command("Undo", desk="2")["ok"]
    names = [("board", None), ("service", "papers"), ("service", "land"), ("desk", "1"), ("desk", "2")]
    cards = [("card", str(number)) for number in range(1, 9)]
    rig.office._greet()
    before = [rig.last(*name) for name in names] + [rig.last(*name) for name in cards[2:]]
    rig.again()
    rig.office._greet()
    assert before == [rig.last(*name) for name in names] + [rig.last(*name) for name in cards[2:]]
    (held,) = rig.last("desk", "2")["held"]
    assert held == rig.command("Resume", desk="2", number=held)["desk"]["number"]


def test_command_is_done_once(rig: Rig) -> None:
    """The same command id again, also after a restart, gets the same reply and calls nobody else."""
    rig.tap(1)
    rig.tap(2)
    first = rig.command("CallNext", id="x")
    again = rig.command("CallNext", id="x")
    rig.again()
    assert first == again == rig.command("CallNext", id="x")
    assert 1 == rig.ask("line", service="papers")["total"]


def test_stale_command_is_refused(rig: Rig) -> None:
    """A second press on the same screen expects a version that is gone, and is refused."""
    rig.tap(1)
    rig.tap(2)
    version = rig.command("CallNext")["desk"]["version"]
    assert rig.command("Start", expects=version)["ok"]
    refused = rig.command("CallNext", expects=version)
    assert (False, "stale") == (refused["ok"], refused["code"])


def test_one_desk_cannot_command_another(rig: Rig) -> None:
    """A console commands its own desk only, and a watcher none."""
    rig.tap(1)
    assert "forbidden" == rig.command("CallNext", desk="1", console="desk-2")["code"]
    assert "forbidden" == rig.command("CallNext", desk="1", console="watch")["code"]
    assert 1 == rig.ask("line", service="papers")["total"]


def test_expired_command_is_refused(rig: Rig) -> None:
    """A command that was held up beyond its time is not done any more."""
    rig.tap(1)
    assert "expired" == rig.command("CallNext", expires_ms=1)["code"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda frame: frame[:-1] + bytes([frame[-1] ^ 1]), "frame.mac"),
        (lambda frame: frame[:40], "cbor.cut"),
        (lambda frame: frame + bytes(200), "frame.size"),
        (lambda frame: frame[:9] + bytes(4) + frame[13:], "frame.kid"),
        (lambda frame: frame[:0], "cbor.cut"),
        (lambda frame: b"\x5f" + frame, "cbor.form"),
    ],
)
def test_bad_frames(rig: Rig, spoil: object, code: str) -> None:
    """What is not authentic gets no receipt, is counted by name, and leaves the line untouched."""
    frame = rig.frame(1)
    rig.send(spoil(frame))  # type: ignore[operator]
    assert ([], 1, []) == (rig.receipts(), rig.counted(code), rig.facts)


def test_unknown_card(rig: Rig) -> None:
    """An authentic tap of a card that is not enrolled is refused with a receipt, so that it frees the outbox."""
    receipt = rig.tap(999)
    assert (codes.UNKNOWN_CARD, None) == (receipt.code, receipt.number)
    assert 0 == rig.ask("status")["status"]["waiting"]


def test_unknown_button(rig: Rig) -> None:
    """A button that the site file does not give the reader opens nothing."""
    assert codes.UNKNOWN_BUTTON == rig.tap(1, button=9).code


def test_removed_reader(rig: Rig) -> None:
    """A key whose reader the site file no longer has is as good as unknown."""
    rig.taps.presets = {}
    rig.send(rig.frame(1))
    assert 1 == rig.counted("frame.reader")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"{", "message.json"),
        (b"[]", "message.shape"),
        (b'{"id":"1"}', "message.missing"),
        (b'{"id":1,"command":"CallNext","desk":"1"}', "message.kind"),
        (b'{"id":"1","command":"CallAll","desk":"1"}', "message.value"),
        (b'{"id":"' + b"x" * 65 + b'","command":"CallNext","desk":"1"}', "message.id"),
        (b" " * 3000, "message.size"),
    ],
)
def test_bad_commands(rig: Rig, payload: bytes, code: str) -> None:
    """A command that is not one is counted by name and does nothing."""
    rig.office.turn([Message(topics.build("test", "console_cmd", "desk-1"), payload)])
    assert (1, []) == (rig.counted(code), rig.facts)


def test_retained_command_is_not_obeyed(rig: Rig) -> None:
    """A command somebody left in the broker is not done at each start."""
    rig.tap(1)
    body = json.dumps({"id": "1", "command": "CallNext", "desk": "1"}).encode()
    rig.office.turn([Message(topics.build("test", "console_cmd", "desk-1"), body, retained=True)])
    assert (1, 1) == (rig.counted("message.retained"), rig.ask("line", service="papers")["total"])


def test_nothing_is_said_before_the_commit(rig: Rig, mocker: pytest.MonkeyPatch) -> None:
    """When the store fails nothing has happened: no receipt, the same state; the tap sent again is taken.

    The broker gets its PUBACK all the same: it would stop delivering to a controller that never acknowledges.
    """
    rig.tap(1)
    frame = rig.frame(2)
    published, acked = len(rig.bus.published), len(rig.bus.acked)
    commit = rig.store.commit
    rig.store.commit = mocker.Mock(side_effect=StoreFailed("disk full"))  # type: ignore[attr-defined, method-assign]
    rig.send(frame)
    assert (published, acked + 1) == (len(rig.bus.published), len(rig.bus.acked))
    rig.store.commit = commit  # type: ignore[method-assign]
    assert 1 == rig.ask("status")["status"]["waiting"]
    rig.send(frame)
    assert codes.OPENED == rig.receipts()[-1].code
    assert (1, 2) == (rig.counted("store.failed"), rig.ask("status")["status"]["waiting"])


def test_events_are_published_in_order_without_gaps(rig: Rig) -> None:
    """What could not be published while the broker was away follows when it is back, in order."""
    rig.tap(1)
    rig.bus.up = False
    rig.office.turn([Message(topics.build("test", "link_up", "entry-1"), rig.frame(2))])
    rig.bus.up = True
    rig.office._greet()
    rig.tap(3)
    at = topics.build("test", "event")
    assert list(range(1, 7)) == [json.loads(body)["id"] for topic, body, _ in rig.bus.published if topic == at]


def test_committed_but_unpublished_events_follow_after_a_kill(rig: Rig) -> None:
    """Killed between commit and publish, the office publishes those events at its next start."""
    rig.tap(1)
    rig.bus.up = False
    rig.office.turn([Message(topics.build("test", "link_up", "entry-1"), rig.frame(2))])
    rig.again()
    rig.office._greet()
    at = topics.build("test", "event")
    ids = [json.loads(body)["id"] for topic, body, _ in rig.bus.published if topic == at]
    assert [3, 4] == ids[-2:]


def test_every_message_is_as_the_table_says(rig: Rig) -> None:
    """Everything the office publishes in a busy minute passes the protocol's own check."""
    for number in range(1, 7):
        rig.tap(number, button=number % 2)
    for command in ("CallNext", "Recall", "Start", "Finish", "Finish"):
        rig.command(command)
    for ask, fields in (("next", {"desk": "1"}), ("line", {"service": "papers"}), ("events", {}), ("status", {})):
        rig.ask(ask, **fields)
    rig.integrate("OpenVisit", service="land", **{"class": "plain"})
    rig.send(bytes(frames.seal_tap(frames.Tap(1, 1, bytes(16), 0), b"old!", bytes(32))))
    rig.office._greet()
    rig.office._pulse()
    seen = set()
    for topic, payload, _ in rig.bus.published:
        name, _ = topics.parse("test", topic)
        row = topics.BY_NAME[name]
        seen.add(name)
        if row.message is not None and payload:
            messages.BY_NAME[row.message].check(json.loads(payload))
            assert len(payload) <= 2048
    assert {row.name for row in topics.TABLE if row.publisher == "controller"} == seen


def test_new_cards_and_keys_are_noticed(rig: Rig) -> None:
    """What a technician enrols while the office is open counts at once, and an old key no longer."""
    old = rig.frame(1)
    other = type(rig.store)(rig.folder)
    other.add_cards([(500, rig.hash_of(500))])
    rig.keys["entry-1"] = other.renew_reader_key("entry-1")
    other.close()
    rig.send(old)
    assert (1, codes.OPENED) == (rig.counted("frame.kid"), rig.tap(500).code)


def test_receipt_names_are_all_known() -> None:
    """Every code has a word, and a code from the future is named by its number."""
    assert "code_200" == codes.name(200)
    assert all(codes.name(code) == word for code, word in codes.NAMES.items())
    assert frames.MAX_BYTES == 200
    assert messages.COMMANDS
