"""The bridge and its cables: what is carried, and what happens to each thing that can go wrong on the way."""

import random

import msgspec
import pytest
from ground import Ground, tap

from brokers import until
from luot_controller.broker.choice import free_port
from luot_protocol import faults, wired
from luot_tools.device.bridge.row import CARRIED, CLOSED, LOST, REFUSED, SILENT, WAITING
from luot_tools.serial.errors import BoardProblem, PortBusy, PortForbidden, PortMissing

pytestmark = pytest.mark.real

READY, GONE = b'{"state": "ready"}', b'{"state": "lost"}'
UNREACHABLE = bytes((faults.BROKER_UNREACHABLE,))
REFUSES = bytes((faults.BROKER_REFUSES,))
FORBIDS = bytes((faults.BROKER_FORBIDS,))


def test_frames_go_up_and_receipts_down(ground: Ground) -> None:
    """In the reader's own topics, as if it had a network, presence too; a tap that is sent again is counted once."""
    office = ground.broker.peer("controller", "link/+/up", "link/+/state")
    (port,) = ground.start("usb-1")
    port.welcomed()
    assert (ground.broker.topic("link/entry-1/state"), READY) == ((said := office.take()).topic, said.payload)
    for frame in (tap(1), tap(2), tap(1), tap(2)):
        port.up(frame)
        assert (ground.broker.topic("link/entry-1/up"), frame) == ((said := office.take()).topic, said.payload)
    for payload in (b"x" * 201, b"receipt"):
        office.connection.publish(ground.broker.topic("link/entry-1/down"), payload)
    port.hears(wired.DOWN, b"receipt")
    row = ground.tells("usb-1", lambda row: row.receipts == 1)
    assert (CARRIED, "entry-1", 2, 0, 0) == (row.state, row.reader, row.taps, row.damaged, row.pulled)
    port.pull()
    assert GONE == office.take().payload
    assert 1 == ground.tells("usb-1", lambda row: row.pulled > 0).pulled


def test_garbage_is_not_carried(ground: Ground) -> None:
    """Noise, half a line before a reset, lines that hold no frame: the good ones between reach the office, no other."""
    office = ground.broker.peer("controller", "link/+/up")
    (port,) = ground.start("usb-1")
    port.welcomed()
    script = random.Random(4)
    for seq in range(1, 21):
        line = wired.line(wired.UP, tap(seq + 100))
        port.comes(script.randbytes(script.randrange(3000)))
        port.comes(line[: script.randrange(10, len(line) - 3)])
        port.comes(b"\r\nMPY: soft reboot\r\nTraceback (most recent call last):\r\n")
        port.up(script.randbytes(200))
        port.comes(wired.line(wired.HELLO, b"nonsense"))
        port.comes(wired.line(wired.DOWN, tap(seq + 200)))
        port.up(tap(seq))
    for seq in range(1, 21):
        assert tap(seq) == office.take().payload
    assert 60 == ground.tells("usb-1", lambda row: row.taps == 20).damaged


def test_a_reader_that_starts_anew(ground: Ground) -> None:
    """It says hello again, half of its last frame before it; the session goes on."""
    (port,) = ground.start("usb-1")
    port.welcomed()
    port.comes(wired.line(wired.UP, tap(1))[:99])
    port.hello()
    port.hears(wired.WELCOME)
    assert (CARRIED, 1) == ((row := ground.tells("usb-1", lambda row: row.damaged > 0)).state, row.damaged)


def test_a_bridge_that_starts_anew(ground: Ground) -> None:
    """A frame of a reader that it does not know is not carried; the reader is told, and says hello."""
    office = ground.broker.peer("controller", "link/+/up")
    (port,) = ground.start("usb-1")
    port.up(tap(1))
    port.hears(wired.CLOSED, bytes((faults.BROKER_SILENT,)))
    port.welcomed()
    port.up(tap(2))
    assert tap(2) == office.take().payload


def test_two_readers_with_one_id(ground: Ground) -> None:
    """The first is carried, the second told and shown that it is not; when the first has gone it may."""
    first, second = ground.start("usb-1", "usb-2")
    first.welcomed()
    second.hello()
    second.hears(wired.CLOSED, REFUSES)
    row = ground.tells("usb-2", lambda row: row.state == REFUSED)
    assert ("entry-1", "entry-1 is at usb-1 already: two readers have one id") == (row.reader, row.problem)
    assert "an id of its own" in row.hint
    assert CARRIED == ground.row("usb-1").state
    del ground.ports["usb-1"]
    first.pull()
    second.welcomed()
    ground.tells("usb-2", lambda row: row.state == CARRIED)
    assert LOST == ground.row("usb-1").state


def test_one_port_two_readers_in_turn(ground: Ground) -> None:
    """A hub that gives the next reader the same port: the first is lost, the second carried under its own name."""
    office = ground.broker.peer("controller", "link/+/state")
    (port,) = ground.start("usb-1")
    port.welcomed("entry-1")
    port.welcomed("info-1")
    said = [((arrived := office.take()).topic.split("/")[-2], arrived.payload) for _ in range(3)]
    assert [("entry-1", READY), ("entry-1", GONE), ("info-1", READY)] == said


def test_no_reader_that_the_access_does_not_name(ground: Ground) -> None:
    """Nothing is published for it; once the office's file names it, it is carried without a restart."""
    office = ground.broker.peer("controller", "link/#")
    (port,) = ground.start("usb-1")
    port.hello("entry-9")
    port.hears(wired.CLOSED, FORBIDS)
    port.up(tap(1))
    port.hears(wired.CLOSED, bytes((faults.BROKER_SILENT,)))
    row = ground.tells("usb-1", lambda row: row.state == REFUSED)
    assert "entry-9 is none of those that bridge may speak for" == row.problem
    assert "luot site reload" in row.hint
    ground.broker.add_users(links=["entry-1", "entry-9"])
    ground.access = ground.broker.access("bridge")
    port.welcomed("entry-9")
    assert ground.broker.topic("link/entry-9/state") == office.take().topic


def test_a_readers_own_access_speaks_for_it_alone(ground: Ground) -> None:
    """Its file is enough to carry it, and carries no other."""
    ground.access = ground.broker.access("entry-1")
    first, second = ground.start("usb-1", "usb-2")
    first.welcomed()
    second.hello("info-1")
    second.hears(wired.CLOSED, FORBIDS)


def test_a_reader_of_another_office(ground: Ground) -> None:
    """It is named with its site."""
    (port,) = ground.start("usb-1")
    port.hello(site="elsewhere")
    port.hears(wired.CLOSED, REFUSES)
    assert "entry-1 is of the site elsewhere, the office is demo" == ground.row("usb-1").problem


def test_the_broker_goes_and_comes(ground: Ground) -> None:
    """The reader is told, so that it shows it and keeps its taps; the row says why; then it is welcomed again."""
    (port,) = ground.start("usb-1")
    port.welcomed()
    ground.broker.crash()
    port.hears(wired.CLOSED, UNREACHABLE)
    port.hello()
    port.hears(wired.CLOSED, UNREACHABLE)
    row = ground.tells("usb-1", lambda row: row.state == WAITING and "does not answer" in row.problem)
    assert "luot office" in row.hint
    until(ground.broker.broker.ensure, "the broker's restart")
    port.hears(wired.WELCOME)
    assert "" == ground.tells("usb-1", lambda row: row.state == CARRIED).problem


def test_an_access_file_that_is_old(ground: Ground) -> None:
    """The broker refuses it: the reader is told so; with the right file it is carried, without a restart."""
    ground.access = msgspec.structs.replace(ground.access, password="old")
    (port,) = ground.start("usb-1")

    def is_refused() -> bool:
        port.hello()
        return (wired.CLOSED, REFUSES) in port.said

    until(is_refused, "the broker's refusal")
    assert "refuses bridge" in ground.row("usb-1").problem
    ground.access = ground.broker.access("bridge")
    port.welcomed()


def test_a_broker_that_was_never_there(ground: Ground) -> None:
    """Nothing listens at the address: it is tried for ever, and said."""
    ground.access = msgspec.structs.replace(ground.access, port=free_port())
    (port,) = ground.start("usb-1")

    def is_told() -> bool:
        port.hello()
        return (wired.CLOSED, UNREACHABLE) in port.said

    until(is_told, "the reader to be told")
    assert WAITING == ground.row("usb-1").state


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (PortBusy("usb-1"), "another program uses it"),
        (PortForbidden("usb-1"), "this user may not open it"),
        (PortMissing("usb-1", "there is no such port"), "there is no such port"),
    ],
)
def test_a_port_that_cannot_be_opened(ground: Ground, problem: BoardProblem, says: str) -> None:
    """It is said why and what to do, and tried until it can; the other cable does not notice."""
    _, other = ground.start("usb-1", "usb-2", problems={"usb-1": problem})
    other.welcomed("info-1")
    row = ground.tells("usb-1", lambda row: bool(row.problem))
    assert (CLOSED, says, True) == (row.state, row.problem, bool(row.hint))
    ground.plug("usb-1").welcomed()
    ground.tells("usb-1", lambda row: row.state == CARRIED)


def test_a_cable_that_takes_nothing_blocks_no_other(ground: Ground) -> None:
    """While a write to one stands still, frames and receipts of another pass."""
    office = ground.broker.peer("controller", "link/+/up")
    stuck, other = ground.start("usb-1", "usb-2")
    stuck.welcomed("entry-1")
    other.welcomed("info-1")
    stuck.free.clear()
    office.connection.publish(ground.broker.topic("link/entry-1/down"), b"never read")
    stuck.up(tap(1))
    stuck.hello("entry-1")
    assert tap(1) == office.take().payload
    for seq in range(1, 30):
        other.up(tap(seq))
        assert tap(seq) == office.take().payload
        office.connection.publish(ground.broker.topic("link/info-1/down"), tap(seq))
        other.hears(wired.DOWN, tap(seq))
    stuck.free.set()
    stuck.hears(wired.DOWN, b"never read")


def test_a_reader_that_falls_silent(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its program was interrupted, with the cable in place: the office is told that it is lost, and that it is back."""
    monkeypatch.setattr(wired, "SILENCE_MS", 300)
    office = ground.broker.peer("controller", "link/+/state")
    (port,) = ground.start("usb-1")
    port.welcomed()
    assert [READY, GONE] == [office.take().payload for _ in range(2)]
    row = ground.tells("usb-1", lambda row: row.state == SILENT)
    assert ("its reader has stopped speaking", 0) == (row.problem, row.pulled)
    monkeypatch.undo()
    port.welcomed()
    assert READY == office.take().payload


def test_nothing_is_said_to_what_is_no_reader(ground: Ground) -> None:
    """A modem or a board at its prompt may print what it likes, it hears nothing."""
    (port,) = ground.start("usb-1")
    port.comes(b"AT\r\nOK\r\n>>> \r\n" + wired.line(wired.WELCOME) + wired.line(wired.UP, tap(1))[:-9] + b"\r\n")
    assert SILENT == ground.tells("usb-1", lambda row: row.damaged == 1).state
    assert [] == port.said


def test_ports_are_found_as_they_are_plugged_in(ground: Ground) -> None:
    """Without names: each that comes gets a cable, each that goes loses its line, and may come again elsewhere."""
    (first,) = ground.start("usb-1", named=False)
    assert ground.bridge is not None
    first.welcomed()
    second = ground.plug("usb-2")
    ground.bridge.look()
    second.welcomed("info-1")
    del ground.ports["usb-1"]
    first.pull()
    until(lambda: ground.bridge.look() or ["usb-2"] == [row.port for row in ground.bridge.rows()], "one row")
    third = ground.plug("usb-3")
    ground.bridge.look()
    third.welcomed("entry-1")


def test_the_end_is_told_to_both_sides(ground: Ground) -> None:
    """The office hears that each reader is lost, each reader that nothing is carried."""
    office = ground.broker.peer("controller", "link/+/state")
    first, second = ground.start("usb-1", "usb-2")
    first.welcomed("entry-1")
    second.welcomed("info-1")
    assert [READY, READY] == [office.take().payload for _ in range(2)]
    assert ground.bridge is not None
    ground.bridge.stop()
    assert [GONE, GONE] == [office.take().payload for _ in range(2)]
    for port in (first, second):
        port.hears(wired.CLOSED, UNREACHABLE)
    assert not first.is_open
