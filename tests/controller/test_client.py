"""Facts about how a screen or a tool speaks with the office."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from client_parts import OPEN, FakeConnection, FakeOffice, Screen

from brokers import DEADLINE_S, RunningBroker, until
from luot_controller import client
from luot_controller.access import Access
from luot_controller.client import OfficeClient
from luot_controller.errors import AccessRefused, ExitCode, OfficeUnreachable, TimedOut, UsageProblem

DESK = {"epoch": 1, "version": 7, "state": "free"}


@pytest.fixture
def office(mosquitto: RunningBroker) -> Iterator[FakeOffice]:
    """An open office."""
    office = FakeOffice(mosquitto)
    yield office
    office.stop()


@pytest.fixture
def desk(office: FakeOffice) -> Iterator[OfficeClient]:
    """The client of desk-1, ready."""
    with OfficeClient(office.running.access("desk-1")) as desk:
        desk.wait_ready(DEADLINE_S)
        yield desk


@pytest.mark.real
def test_a_command_returns_its_reply(office: FakeOffice, desk: OfficeClient) -> None:
    """The command travels as the protocol says; what is not given is left out; the reply comes back whole."""
    office.answers["CallNext"] = {"ok": True, "called": 17, "desk": DESK}
    reply = desk.command("CallNext", "1", expects=6, expires_ms=9_000)

    heard = office.heard[0]
    assert {"id": reply["id"], "ok": True, "called": 17, "desk": DESK} == reply
    assert {"id": reply["id"], "command": "CallNext", "desk": "1", "expects": 6, "expires_ms": 9_000} == heard
    desk.command("CallNext", "1")
    assert {"id", "command", "desk"} == set(office.heard[-1])


@pytest.mark.real
def test_a_command_carries_what_it_needs_besides(office: FakeOffice, desk: OfficeClient) -> None:
    """Resume its number, Transfer its service, as they stand in the message; a field of the wrong kind is not sent."""
    office.answers["Resume"] = office.answers["Transfer"] = {"ok": True}

    desk.command("Resume", "1", number=17)
    desk.command("Transfer", "1", expects=6, service="land")
    with pytest.raises(UsageProblem, match=r"command\.number"):
        desk.command("Resume", "1", number="17")

    assert [{"command": "Resume", "desk": "1", "number": 17}] == [bare(office.heard[0])]
    assert [{"command": "Transfer", "desk": "1", "expects": 6, "service": "land"}] == [
        bare(heard) for heard in office.heard[1:]
    ]


def bare(heard: dict[str, Any]) -> dict[str, Any]:
    """A message without its id."""
    return {name: value for name, value in heard.items() if name != "id"}


@pytest.mark.real
def test_a_refused_command_is_a_reply_and_no_error(office: FakeOffice, desk: OfficeClient) -> None:
    """`ok` false comes back with its code; what to make of it is the screen's business."""
    office.answers["Finish"] = {"ok": False, "code": "stale"}

    assert (False, "stale") == (lambda reply: (reply["ok"], reply["code"]))(desk.command("Finish", "1"))


@pytest.mark.real
def test_an_ask_returns_its_answer(office: FakeOffice) -> None:
    """`watch` may ask, with the fields of the message."""
    office.answers["line"] = {"ok": True, "line": [{"number": 17}], "total": 1}
    with OfficeClient(office.running.access("watch")) as watch:
        watch.wait_ready(DEADLINE_S)
        answer = watch.ask("line", service="papers", offset=10)

    assert [{"number": 17}] == answer["line"]
    assert {"id": answer["id"], "ask": "line", "service": "papers", "offset": 10} == office.heard[0]


@pytest.mark.real
def test_a_command_is_sent_again_with_the_same_id(
    office: FakeOffice, desk: OfficeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence makes it come again, always with one id, until it is answered."""
    monkeypatch.setattr(client, "RESEND_S", 0.01)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.command, "CallNext", "1", timeout_s=DEADLINE_S)
        until(lambda: len(office.heard) >= 3)
        office.answers["CallNext"] = {"ok": True}
        reply = waiting.result(DEADLINE_S)

    assert {reply["id"]} == {heard["id"] for heard in office.heard}


@pytest.mark.real
def test_a_command_outlives_a_broker_crash(
    office: FakeOffice, desk: OfficeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent before the crash, unanswered, sent again with the same id as soon as the office is back: one reply."""
    monkeypatch.setattr(client, "RESEND_S", 600.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.command, "CallNext", "1", timeout_s=DEADLINE_S)
        until(lambda: len(office.heard) == 1)
        office.running.crash()
        office.answers["CallNext"] = {"ok": True, "called": 17}
        until(office.running.broker.ensure)
        reply = waiting.result(DEADLINE_S)

    assert 17 == reply["called"]
    assert {reply["id"]} == {heard["id"] for heard in office.heard}


@pytest.mark.real
def test_a_command_is_sent_again_when_the_office_opens(
    mosquitto: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said to nobody, it is said again as soon as an office is there, not only after the usual pause."""
    monkeypatch.setattr(client, "RESEND_S", 600.0)
    nobody = mosquitto.peer("controller", "console/+/cmd")
    with OfficeClient(mosquitto.access("desk-1")) as desk, ThreadPoolExecutor(1) as pool:
        until(lambda: desk.connected)
        waiting = pool.submit(desk.command, "CallNext", "1", timeout_s=DEADLINE_S)
        unheard = json.loads(nobody.take().payload)
        office = FakeOffice(mosquitto, {"CallNext": {"ok": True, "called": 17}})
        reply = waiting.result(DEADLINE_S)
    office.stop()

    assert (unheard["id"], 17) == (reply["id"], reply["called"])


def test_a_command_given_before_the_link_is_up_goes_out_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """MQTT lets the office's retained word come before the link counts as up; the command goes out when it does."""
    monkeypatch.setattr(client, "RESEND_S", 600.0)
    monkeypatch.setattr(client, "Connection", FakeConnection)
    desk = OfficeClient(Access(site="demo", name="desk-1", password="x"))
    link = FakeConnection.newest
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.command, "CallNext", "1", timeout_s=DEADLINE_S)
        until(lambda: len(link.tried) == 1)
        link.hear("office", OPEN)
        until(lambda: len(link.tried) == 2)
        link.connected = True
        link.on_state(True)
        until(lambda: len(link.tried) == 3)
        link.hear("console/desk-1/reply", {"id": link.tried[2]["id"], "ok": True})

        assert waiting.result(DEADLINE_S)["ok"]


@pytest.mark.real
def test_replies_of_others_and_late_ones_are_ignored(office: FakeOffice, desk: OfficeClient) -> None:
    """A reply with an id that nobody waits for changes nothing and is not counted as malformed."""
    office.say("console/desk-1/reply", {"id": "old", "ok": False, "code": "stale"}, retain=False)
    office.answers["Start"] = {"ok": True}

    assert desk.command("Start", "1")["ok"]
    assert {} == dict(desk.dropped)


@pytest.mark.real
def test_many_threads_each_get_their_own_reply(office: FakeOffice, desk: OfficeClient) -> None:
    """Commands and asks from many threads at once are answered each by its own id."""
    office.answers |= {"Recall": {"ok": True, "called": 3}, "next": {"ok": True, "next": {}}}
    with ThreadPoolExecutor(16) as pool:
        replies = [pool.submit(desk.command, "Recall", "1", timeout_s=DEADLINE_S) for _ in range(50)]
        answers = [pool.submit(desk.ask, "next", desk="1", timeout_s=DEADLINE_S) for _ in range(50)]
        called = [reply.result(DEADLINE_S).get("called") for reply in replies]
        following = [answer.result(DEADLINE_S).get("next") for answer in answers]

    assert [3] * 50 == called
    assert [{}] * 50 == following
    assert 100 == len({heard["id"] for heard in office.heard})


@pytest.mark.real
def test_a_silent_office_times_out(office: FakeOffice, desk: OfficeClient) -> None:
    """An open office that does not answer is TimedOut, which warns that the command may have been done."""
    with pytest.raises(TimedOut, match=r"did not answer within 0\.05 s") as error:
        desk.command("CallNext", "1", timeout_s=0.05)

    assert ExitCode.TIMED_OUT == error.value.exit_code
    assert "may have been done" in error.value.hint
    until(lambda: len(office.heard) == 1)


@pytest.mark.real
@pytest.mark.parametrize("state", [None, "stopped", "lost"])
def test_a_broker_without_an_open_office_is_unreachable(mosquitto: RunningBroker, state: str | None) -> None:
    """A broker alone, or with an office that stopped or died, is said to be just that."""
    if state is not None:
        office = FakeOffice(mosquitto)
        office.say("office", {"state": state})
        office.stop()
    with OfficeClient(mosquitto.access("desk-1")) as desk:
        with pytest.raises(OfficeUnreachable, match="the office behind it does not"):
            desk.wait_ready(0.2)
        with pytest.raises(OfficeUnreachable, match=state or "not there"):
            desk.command("CallNext", "1", timeout_s=0.05)
        assert desk.connected
        assert state == desk.office_state


def test_no_broker_is_unreachable(refused_port: int) -> None:
    """Readiness, commands and asks all end at their limits with OfficeUnreachable, exit code 3."""
    with OfficeClient(Access(site="demo", name="desk-1", password="x", port=refused_port)) as desk:
        for attempt in (
            lambda: desk.wait_ready(0.05),
            lambda: desk.command("CallNext", "1", timeout_s=0.05),
            lambda: desk.ask("status", timeout_s=0.05),
        ):
            with pytest.raises(OfficeUnreachable, match=str(refused_port)) as error:
                attempt()
            assert ExitCode.CANNOT_CONNECT == error.value.exit_code
        assert not desk.connected


@pytest.mark.real
def test_a_wrong_password_ends_a_command_at_once(mosquitto: RunningBroker) -> None:
    """AccessRefused comes long before the limit of the command."""
    access = Access(site="demo", name="desk-1", password="wrong", port=mosquitto.broker.port)
    with OfficeClient(access) as desk:
        with pytest.raises(AccessRefused):
            desk.wait_ready(DEADLINE_S)
        with pytest.raises(AccessRefused):
            desk.command("CallNext", "1", timeout_s=600.0)


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("watch", lambda desk: desk.command("CallNext", "1")),
        ("desk-1", lambda desk: desk.command("Dance", "1")),
        ("desk-1", lambda desk: desk.command("CallNext", 1)),
        ("desk-1", lambda desk: desk.ask("weather")),
        ("desk-1", lambda desk: desk.ask("line", offset="ten")),
    ],
)
def test_what_the_protocol_forbids_is_not_sent(name: str, request_: Any) -> None:
    """A command of `watch`, an unknown word, a field of another kind: the caller's mistake, told at once."""
    with pytest.raises(UsageProblem):
        request_(OfficeClient(Access(site="demo", name=name, password="x")))


@pytest.mark.real
def test_changes_are_told_by_name_and_id(office: FakeOffice) -> None:
    """Retained and live messages of the watched names arrive, an emptied topic as {}, others do not."""
    card = {"epoch": 1, "version": 7, "state": "waiting"}
    office.say("card/17", card)
    office.say("board", {"epoch": 1, "version": 7, "calls": [], "waiting": 1})
    screen = Screen(office.running.access("desk-1"), watch=("card", "desk"))
    with screen.client:
        screen.client.wait_ready(DEADLINE_S)
        until(lambda: len(screen.changes) == 1)
        office.say("card/17", b"")
        office.say("desk/2", DESK)
        until(lambda: len(screen.changes) == 3)

    assert [("card", "17", card), ("card", "17", {}), ("desk", "2", DESK)] == screen.changes
    assert [True, False] == screen.links


@pytest.mark.real
def test_older_messages_are_ignored(office: FakeOffice) -> None:
    """Within a topic a lower epoch, or a lower version of the same epoch, is dropped; each topic counts for itself."""
    screen = Screen(office.running.access("desk-1"), watch=("desk",))
    said = [("1", 1, 7), ("1", 1, 6), ("2", 1, 6), ("1", 1, 7), ("1", 2, 3), ("1", 1, 9), ("1", 2, 4)]
    with screen.client:
        screen.client.wait_ready(DEADLINE_S)
        for desk, epoch, version in said:
            office.say(f"desk/{desk}", {**DESK, "epoch": epoch, "version": version}, retain=False)
        until(lambda: screen.changes and screen.changes[-1][2]["version"] == 4)

    told = [(desk, message["epoch"], message["version"]) for _, desk, message in screen.changes]
    assert [("1", 1, 7), ("2", 1, 6), ("1", 1, 7), ("1", 2, 3), ("1", 2, 4)] == told


@pytest.mark.real
def test_an_emptied_topic_keeps_its_version(office: FakeOffice) -> None:
    """What is older than the visit that ended cannot bring its card back."""
    card = {"epoch": 1, "version": 7, "state": "waiting"}
    screen = Screen(office.running.access("desk-1"), watch=("card",))
    with screen.client:
        screen.client.wait_ready(DEADLINE_S)
        for message in (card, b"", {**card, "version": 6}, {**card, "version": 8}):
            office.say("card/17", message)
        until(lambda: len(screen.changes) == 3)

    assert [card, {}, {**card, "version": 8}] == [message for _, _, message in screen.changes]


@pytest.mark.real
def test_malformed_messages_are_dropped_and_counted(office: FakeOffice) -> None:
    """Whatever is not as the protocol says costs one count under its code, and nothing else."""
    screen = Screen(office.running.access("desk-1"), watch=("desk", "event"))
    malformed = [
        b"not json",
        b"\xff\xfe",
        b'{"epoch":1,"version":7,"state":"\xff"}',
        b"[" * 10_000,
        b"[]",
        b"{}",
        b'{"epoch":1,"version":"7","state":"free"}',
        b'{"epoch":1,"version":7,"state":"asleep"}',
    ]
    with screen.client:
        screen.client.wait_ready(DEADLINE_S)
        for payload in malformed:
            office.say("desk/1", payload, retain=False)
        office.say("event", b"", retain=False)
        office.say("console/desk-1/reply", b'{"id":"x"}', retain=False)
        office.say("desk/1", DESK)
        until(lambda: screen.changes)
        assert [("desk", "1", DESK)] == screen.changes

    assert {
        "message.json": 5,
        "message.shape": 1,
        "message.missing": 2,
        "message.kind": 1,
        "message.value": 1,
    } == dict(screen.client.dropped)


@pytest.mark.real
def test_readiness_is_of_this_connection(office: FakeOffice) -> None:
    """When the broker goes, what the office said of itself goes too, and comes back with it."""
    screen = Screen(office.running.access("desk-1"), watch=())
    with screen.client:
        screen.client.wait_ready(DEADLINE_S)
        office.running.crash()
        until(lambda: screen.links == [True, False])
        assert screen.client.office_state is None
        until(office.running.broker.ensure)
        screen.client.wait_ready(DEADLINE_S)

    assert [] == screen.changes
    assert [True, False, True, False] == screen.links


@pytest.mark.real
def test_stopping_ends_a_waiting_command_at_its_limit(office: FakeOffice, desk: OfficeClient) -> None:
    """stop() from another thread leaves no caller waiting longer than it asked for."""
    stopping = threading.Thread(target=desk.stop)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(desk.command, "CallNext", "1", timeout_s=0.3)
        until(lambda: len(office.heard) == 1)
        stopping.start()
        with pytest.raises(OfficeUnreachable):
            waiting.result(DEADLINE_S)
    stopping.join(DEADLINE_S)

    assert not desk.connected
