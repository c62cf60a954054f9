"""The whole reader on MicroPython, with every fault that can be provoked there: shown, reported, ended, no tap lost."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from surroundings import KEY, USERS, Hall, Mosquitto, Office, Reader, eventually, sealed
from test_firmware_reader import A, B, C, hash_of

from luot_protocol import codes, faults, frames

pytestmark = pytest.mark.real

PHONE = "08a1b2c3"


def change_settings(reader: Reader, **changes: object) -> None:
    file = reader.flash / "settings.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def told(office: Office, fault: int) -> dict[str, Any]:
    """The first report that names this fault."""
    return office.reported(lambda report: fault in report["faults"], faults.NAMES[fault])


def all_is_well(office: Office) -> dict[str, Any]:
    """A report without a fault, after the last one that had any."""
    last = max(report["count"] for report in office.reports if report["faults"])
    return office.reported(lambda report: not report["faults"] and report["count"] > last, "all is well")


def test_a_healthy_reader_reports(reader: Reader, office: Office, hall: Hall) -> None:
    """At once in a session, signed, with figures that are so; and never as a tap."""
    reader.start()
    hall.saw("ready")
    first = office.reported(lambda _: True, "a report")
    assert {"boot": 1, "count": 1, "faults": [], "version": "0.1.0", "depth": 0, "taps": 0} == {
        name: first[name] for name in ("boot", "count", "faults", "version", "depth", "taps")
    }
    assert (1, 0, frames.CLOCK_GOOD) == (first["sessions"], first["missing"], first["clock"])
    assert 5_000 < first["free_bytes"] < 200_000
    assert "signal_dbm" not in first
    assert ([], []) == (office.taps, office.bad)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ("absent", faults.CHIP_ABSENT),
        ("unknown", faults.CHIP_UNKNOWN),
        ("asleep", faults.CHIP_ASLEEP),
        ("unstable", faults.CHIP_UNSTABLE),
    ],
)
def test_a_chip_that_fails(reader: Reader, office: Office, hall: Hall, how: str, fault: int) -> None:
    """Gone, exchanged, without its crystal, or with a weak supply: said in its own way; mended, it reads as before."""
    reader.start()
    hall.tap(A)
    hall.saw("opened")
    hall.break_("chip", how)
    line = hall.fault(faults.NAMES[fault])
    assert ("fault", "red_") == (line["show"], line["light"][:4])
    report = told(office, fault)
    assert (1, 1) == (report["taps"], report["chip_starts"] if how != "unstable" else 1)
    ready = hall.shows().count("ready")
    hall.break_("chip", "well")
    hall.tap(B)
    hall.saw("opened", 2)
    hall.saw("ready", ready + 1)
    assert all_is_well(office)["chip_starts"] >= 2
    assert [hash_of(A), hash_of(B)] == [tap.card for tap in office.taps]


def test_a_dip_in_the_supply_costs_no_tap(reader: Reader, office: Office, hall: Hall) -> None:
    """The chip is reset in the middle of a look, again and again: each card counts once, and nothing is said."""
    reader.start()
    hall.saw("ready")
    for number, uid in enumerate((A, B, C), 1):
        hall.send(json.dumps({"uid": uid}))
        hall.break_("chip", "reset")
        hall.saw("opened", number)
        hall.send(json.dumps({"uid": None}))
    assert [hash_of(A), hash_of(B), hash_of(C)] == [tap.card for tap in office.taps]
    assert [] == [line for line in hall.lines if "fault" in line]


def test_two_cards_in_one_hand(reader: Reader, office: Office, hall: Hall) -> None:
    """Neither is a tap: one at a time, please; then each is."""
    reader.start()
    hall.saw("ready")
    hall.send(json.dumps({"uids": [A, B]}))
    line = hall.fault("card.several")
    assert ("card", "Xin chạm từng thẻ một", "refused") == (line["show"], line["text"], line["sound"])
    hall.send(json.dumps({"uid": None}))
    assert 1 == told(office, faults.CARD_SEVERAL)["refused"]
    hall.saw("ready", 2)
    hall.tap(A)
    hall.tap(B)
    hall.saw("opened", 2)
    assert [hash_of(A), hash_of(B)] == [tap.card for tap in office.taps]


def test_a_phone_is_refused(reader: Reader, office: Office, hall: Hall) -> None:
    """Its UID is another one each time, so it would be a new citizen each time."""
    reader.start()
    hall.saw("ready")
    hall.tap(PHONE)
    assert "blue_3" == hall.fault("card.random_uid")["light"]
    hall.saw("ready", 2)
    hall.tap(A)
    hall.saw("opened")
    assert [hash_of(A)] == [tap.card for tap in office.taps]


def test_a_card_that_is_gone_in_the_middle(reader: Reader, office: Office, hall: Hall) -> None:
    """Its answer broke off: please hold it still; no tap, and the next one counts."""
    reader.start()
    hall.saw("ready")
    hall.send(json.dumps({"uid": A, "leaves_after_bits": 20}))
    assert "blue_1" == hall.fault("card.unreadable")["light"]
    hall.saw("ready", 2)
    hall.tap(A)
    hall.saw("opened")
    assert [hash_of(A)] == [tap.card for tap in office.taps]


@pytest.mark.parametrize(("how", "fault"), [("failing", faults.FLASH_FAILING), ("full", faults.FLASH_FULL)])
def test_a_flash_that_takes_no_tap(reader: Reader, office: Office, hall: Hall, how: str, fault: int) -> None:
    """The tap is refused aloud and never sent, and the reader goes on; mended, taps count again, under new numbers."""
    reader.start()
    hall.tap(A)
    hall.saw("opened")
    hall.break_("flash", how)
    refused = 0
    while not any(line["show"] == "full" for line in hall.lines):
        assert refused < 200, "every tap was kept"
        refused += 1
        shown = len(hall.lines)
        hall.tap(f"05{refused:06x}")
        eventually(lambda: hall.lines[shown:], "an answer")  # noqa: B023
    line = hall.fault(faults.NAMES[fault])
    assert ("full", "error") == (line["show"], line["sound"])
    assert told(office, fault)["refused"] >= 1
    heard = hall.shows().count("heard")
    hall.break_("flash", "well")
    hall.tap(B)
    hall.saw("heard", heard + 1)
    eventually(lambda: hash_of(B) in [tap.card for tap in office.taps], "the tap after it")
    assert hash_of(f"05{refused:06x}") not in [tap.card for tap in office.taps]
    assert all_is_well(office)["write_errors"] >= 1
    assert len({(tap.boot, tap.seq): tap.card for tap in office.taps}) == len({tap.card for tap in office.taps})


def test_a_failing_flash_heals_without_a_tap(reader: Reader, office: Office, hall: Hall) -> None:
    """A receipt that cannot be noted shows the fault; a write that succeeds later ends it, while nobody is there."""
    office.answer = office.silent
    reader.start()
    hall.tap(A)
    hall.saw("heard")
    hall.break_("flash", "failing")
    hall.tap(B)
    hall.fault("flash.failing")
    hall.break_("flash", "well")
    office.answer = office.opened
    hall.saw("ready", hall.shows().count("ready") + 1, within_s=30)
    assert [hash_of(A)] == list({tap.card: None for tap in office.taps})


def test_a_clock_that_jumps(reader: Reader, office: Office, hall: Hall) -> None:
    """Back, it costs nothing; ahead, the taps before it rank by arrival, and those after it have their age."""
    office.answer = office.silent
    reader.start()
    hall.tap(A)
    hall.saw("heard")
    hall.break_("clock_jump_ms", -3_600_000)
    hall.tap(B)
    hall.saw("heard", 2)
    eventually(lambda: len(office.ids()) >= 4, "sent again")
    assert {frames.CLOCK_GOOD} == {tap.clock for tap in office.taps}
    assert all(0 <= tap.age_ms < 20_000 for tap in office.taps)
    hall.break_("clock_jump_ms", 86_400_000)
    jumped = told(office, faults.CLOCK_JUMPED)
    assert (2, frames.CLOCK_UNKNOWN) == (jumped["clock_jumps"], jumped["clock"])
    hall.tap(C)
    hall.saw("heard", 3)
    office.answer = office.opened
    hall.saw("opened", 3)
    last = {tap.seq: tap for tap in office.taps}
    assert [(None, 0), (None, 0), (True, 2)] == [
        (None if last[seq].age_ms is None else last[seq].age_ms < 20_000, last[seq].clock) for seq in (1, 2, 3)
    ]
    assert all_is_well(office)["clock"] == frames.CLOCK_GOOD


def test_an_office_that_is_silent(reader: Reader, office: Office, hall: Hall) -> None:
    """Said after three seconds, reported with the taps that are missing, and over with the receipt."""
    office.answer = office.silent
    reader.start()
    hall.tap(A)
    assert "amber_6" == hall.fault("office.silent")["light"]
    assert (1, 1) == tuple(told(office, faults.OFFICE_SILENT)[name] for name in ("missing", "depth"))
    office.answer = office.opened
    hall.saw("opened")
    assert (0, 0) == tuple(all_is_well(office)[name] for name in ("missing", "depth"))


def test_receipts_under_a_wrong_key(reader: Reader, office: Office, hall: Hall) -> None:
    """They settle nothing and say why nothing is settled; they are counted in the report; a right one ends it."""
    office.answer = lambda tap: [sealed(frames.Receipt(tap.boot, tap.seq, codes.OPENED, 17), key=bytes(32))]
    reader.start()
    hall.tap(A)
    assert "amber_7" == hall.fault("office.unverified")["light"]
    assert told(office, faults.OFFICE_UNVERIFIED)["bad_frames"] >= 1
    office.answer = office.opened
    hall.saw("opened")
    all_is_well(office)


def test_a_reader_with_a_wrong_key(reader: Reader, office: Office, hall: Hall) -> None:
    """It cannot know: to it the office is silent, taps are kept, and its frames verify under its own key alone."""
    change_settings(reader, key=bytes(32).hex())
    reader.start()
    hall.tap(A)
    hall.fault("office.silent")
    assert ([], []) == (office.taps, office.reports)
    assert all(error.startswith("frame.mac") for error in office.bad)
    office.key = bytes(32)
    told(office, faults.OFFICE_SILENT)
    assert 1 == office.reports[-1]["depth"]
    assert office.key != KEY


class BadBroker:
    """Listens and answers whoever connects with these bytes; then waits for the end."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.sendall(self._answer)
                    while connection.recv(4096):
                        pass
                except OSError:
                    pass


@pytest.fixture
def bad_broker(request: pytest.FixtureRequest) -> Iterator[BadBroker]:
    """One that answers as the test says."""
    broker = BadBroker(request.param)
    yield broker
    broker.stop()


@pytest.mark.parametrize(
    ("bad_broker", "fault", "light"),
    [
        (b"", "broker.silent", "amber_5"),
        (b"\x20\x02\x00\x03", "broker.silent", "amber_5"),
        (b"\x20\x02\x00\x02", "broker.refuses", "amber_2"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(80), "broker.malformed", "amber_4"),
        (b"\x20\x02\x00\x00\x90\x03\x00\x01\x80", "broker.forbids", "amber_3"),
        (b"\x20\x02\x00\x00\xff\x00", "broker.malformed", "amber_4"),
    ],
    indirect=["bad_broker"],
)
def test_a_broker_that_is_none(reader: Reader, hall: Hall, bad_broker: BadBroker, fault: str, light: str) -> None:
    """Silent, refusing, of another protocol, forbidding the topic, or babbling: each is told apart; taps are kept."""
    change_settings(reader, port=bad_broker.port)
    reader.start()
    assert light == hall.fault(fault)["light"]
    hall.tap(A)
    hall.saw("heard")


def test_a_broker_that_is_not_there(reader: Reader, office: Office, mosquitto: Mosquitto, hall: Hall) -> None:
    """No network: said at once; what was refused before it was let in is forgotten with the first good session."""
    change_settings(reader, password="wrong")
    reader.start()
    assert "amber_2" == hall.fault("broker.refuses")["light"]
    mosquitto.stop()
    assert "amber_1" == hall.fault("broker.unreachable")["light"]
    reader.kill()
    change_settings(reader, password=USERS["entry-1"])
    mosquitto.start()
    office.wait()
    reader.start()
    hall.saw("ready")
    report = office.reported(lambda _: True, "a report")
    assert (2, []) == (report["boot"], report["faults"])


def test_several_faults_at_once(reader: Reader, office: Office, mosquitto: Mosquitto, hall: Hall) -> None:
    """The most important one is shown; as each ends the next one is, and at last that all is well."""
    office.answer = office.silent
    reader.start()
    hall.tap(A)
    hall.fault("office.silent")
    hall.break_("chip", "absent")
    hall.fault("chip.absent")
    assert [faults.CHIP_ABSENT, faults.OFFICE_SILENT] == told(office, faults.CHIP_ABSENT)["faults"]
    shown = len(hall.lines)
    mosquitto.stop()
    hall.break_("chip", "well")
    hall.fault("broker.unreachable", within_s=20)
    assert ["broker.unreachable"] == [line["fault"] for line in hall.lines[shown:]]
    office.answer = office.opened
    mosquitto.start()
    hall.saw("opened")
    eventually(lambda: hall.shows()[-1] in ("ready", "opened"), "nothing but ready")
    assert "ready" in hall.shows()[shown:]


def test_nonsense_from_the_hall_breaks_nothing(reader: Reader, office: Office, hall: Hall) -> None:
    """Faults that are none are passed over."""
    reader.start()
    hall.saw("ready")
    for line in ('{"chip": "eaten"}', '{"flash": 1}', '{"clock_jump_ms": "x"}', '{"uids": "0"}', '{"uids": [5]}'):
        hall.send(line)
    hall.send('{"uid": "04a1b2c3", "leaves_after_bits": "x"}')
    hall.send('{"chip": "well", "flash": "well"}')
    hall.tap(B)
    hall.saw("opened")
    assert [hash_of(B)] == [tap.card for tap in office.taps]
    assert 7 == reader.interrupt()[2].count("not understood")
