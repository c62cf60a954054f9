"""The whole reader, main.py on MicroPython with its models, against a broker, through every outage we can make."""

import json
import time

import pytest
from surroundings import (
    CARD_KEY,
    HEAP_OF_READER,
    KEY,
    KID,
    ROOT,
    Hall,
    Mosquitto,
    Office,
    Reader,
    eventually,
    run_micropython,
    sealed,
)

from luot_protocol import codes, frames, office_frames
from luot_protocol.card import card_hash

pytestmark = pytest.mark.real

A, B, C = "04a1b2c3", "04a1b2c3d4e5f6", "0badcafe"


def hash_of(uid: str) -> bytes:
    hashed: bytes = card_hash(CARD_KEY, bytes.fromhex(uid))
    return hashed


def test_a_tap_becomes_a_shown_place(reader: Reader, office: Office, hall: Hall) -> None:
    """Tap, signed frame, receipt, place: each with what it must carry, and heard before anything else."""
    reader.start()
    hall.saw("ready")
    assert [{"reader": "entry-1"}] == hall.hellos
    hall.tap(A)
    opened = hall.saw("opened")
    (tap,) = office.taps
    assert (1, 1, hash_of(A)) == (tap.boot, tap.seq, tap.card)
    assert (frames.CLOCK_GOOD, 0, 0) == (tap.clock, tap.button, tap.depth)
    assert 0 <= tap.age_ms < 20_000
    assert ["ready", "heard", "opened"] == hall.shows()
    signal = {"light": "green_flash", "sound": "heard"}
    assert {"show": "heard", "boot": 1, "seq": 1, "text": "Đã nhận thẻ"} | signal == hall.lines[1]
    text = "Số 17: còn 5 người phía trước, khoảng 10-15 phút"
    place = {"number": 17, "ahead": 5, "lo_min": 10, "hi_min": 15}
    signal = {"light": "green_flash", "sound": "taken"}
    assert {"show": "opened", "boot": 1, "seq": 1, "text": text} | place | signal == opened
    assert ([], ["ready"]) == (office.bad, office.states)


def test_its_end_is_announced(reader: Reader, office: Office, hall: Hall) -> None:
    """Ctrl-C ends it at once without a traceback, and the broker says lost; so it does when it is killed."""
    starts, ended = 0, (1, "heap is locked", "")
    while "heap is locked" in ended[1] and starts < 5:  # what the unix port makes of Ctrl-C amid a garbage collection
        starts += 1
        reader.start()
        hall.saw("ready", starts)
        ended = reader.interrupt()
    assert (0, "", "") == ended
    eventually(lambda: office.states == ["ready", "lost"] * starts, "lost after Ctrl-C")
    reader.start()
    hall.saw("ready", starts + 1)
    reader.kill()
    eventually(lambda: office.states == ["ready", "lost"] * (starts + 1), "lost after a kill")


def test_the_office_lets_it_blink(reader: Reader, office: Office, hall: Hall) -> None:
    """An order that names its last report is shown and told in the next report, once; a played back one is counted."""
    reader.start()
    told = eventually(lambda: office.reports, "a report")[-1]
    named = {"boot": told["boot"], "count": told["count"]}
    order = office_frames.seal_identify(named, KID, KEY)
    office.send(office_frames.seal_identify(named, KID, bytes(32)))
    office.send(order)
    assert {"light": "identify", "text": "Đầu đọc cần tìm ở đây"}.items() <= hall.saw("identify").items()
    eventually(lambda: office.reports[-1].get("obeyed") == told["count"], "a report of the order")
    office.send(order)
    hall.tap(A)
    hall.saw("opened")
    assert 1 == hall.shows().count("identify")
    office.send(office_frames.seal_identify(office.reports[-1], KID, KEY))
    hall.saw("identify", 2)
    eventually(lambda: office.reports[-1].get("bad_frames") == 2, "both bad ones counted")


def test_only_its_own_receipts_count(reader: Reader, office: Office, hall: Hall) -> None:
    """Forged, foreign, cut, oversized and unknown receipts change nothing: the tap is sent again until a good one."""

    def bad(tap: frames.Tap) -> list[bytes]:
        receipt = frames.Receipt(tap.boot, tap.seq, codes.OPENED, 17)
        good = sealed(receipt)
        foreign, forged = sealed(receipt, kid=b"other"), sealed(receipt, key=bytes(32))
        unknown = sealed(frames.Receipt(tap.boot, tap.seq + 1, codes.OPENED))
        older = sealed(frames.Receipt(tap.boot + 1, tap.seq, codes.OPENED))
        malformed = [good[:-1], good[:40], b"", b"\xff" * 200, good + bytes(200), bytes(400)]
        return [foreign, forged, unknown, older, *malformed]

    office.answer = bad
    reader.start()
    hall.tap(A)
    eventually(lambda: len(office.taps) >= 2, "sent again")
    assert ["heard"] == [show for show in hall.shows() if show not in ("ready", "no_receipt")]
    office.answer = office.opened
    office.send(sealed(frames.Receipt(1, 1, codes.WAITING, 17, 4)))
    hall.saw("waiting")
    assert {(1, 1)} == set(office.ids())
    later, sooner = office.taps[1].age_ms, office.taps[0].age_ms
    assert 1900 <= later - sooner < 5000


def test_a_silent_controller_is_shown_and_healed(reader: Reader, office: Office, hall: Hall) -> None:
    """Acknowledged by the broker but not by the controller: no_receipt after 3 s; ready and the answer later."""
    office.answer = office.silent
    reader.start()
    hall.saw("ready")
    started = time.monotonic()
    hall.tap(A)
    hall.saw("no_receipt")
    assert 2.5 < time.monotonic() - started < 6
    office.answer = office.opened
    hall.saw("opened")
    assert ["ready", "heard", "no_receipt", "ready", "opened"] == hall.shows()
    assert 1 == len(set(office.ids()))
    assert len(office.ids()) >= 2


def test_a_broker_outage_loses_nothing(reader: Reader, office: Office, mosquitto: Mosquitto, hall: Hall) -> None:
    """With the broker gone it says offline and keeps taps; with the broker back it says ready and sends them."""
    reader.start()
    hall.tap(A)
    hall.saw("opened")
    mosquitto.stop()
    hall.saw("offline")
    hall.tap(B)
    hall.tap(C)
    hall.saw("heard", 3)
    mosquitto.start()
    hall.saw("ready", 2)
    hall.saw("opened", 3)
    assert [(1, 1), (1, 2), (1, 3)] == list(dict.fromkeys(office.ids()))
    assert [hash_of(B), hash_of(C)] == [tap.card for tap in office.taps if tap.seq > 1][:2]
    assert all(tap.clock == frames.CLOCK_GOOD for tap in office.taps)


def test_power_lost_with_unsent_taps_loses_nothing(
    reader: Reader, office: Office, mosquitto: Mosquitto, hall: Hall
) -> None:
    """Killed with taps on flash, it sends them after the next start, in order, once each, their age unknown."""
    mosquitto.stop()
    uids = [f"0400{number:04x}" for number in range(12)]
    for start, some in enumerate((uids[:5], uids[5:12]), 1):
        reader.start()
        eventually(lambda: len(hall.hellos) == start, "at the hall")  # noqa: B023
        for uid in some:
            hall.tap(uid)
        hall.saw("heard", len(some) + (0 if start == 1 else 5))
        reader.kill()
    mosquitto.start()
    office.wait()
    reader.start()
    hall.saw("opened", 12)
    first_copies = {(tap.boot, tap.seq): tap for tap in reversed(office.taps)}
    expected = [(1, seq) for seq in range(1, 6)] + [(2, seq) for seq in range(1, 8)]
    assert expected == sorted(first_copies)
    assert expected == list(dict.fromkeys(office.ids()))
    assert [hash_of(uid) for uid in uids] == [first_copies[which].card for which in expected]
    assert {(None, frames.CLOCK_UNKNOWN)} == {(tap.age_ms, tap.clock) for tap in office.taps}
    assert all(line.get("late") for line in hall.lines if line["show"] == "opened")
    hall.tap(A)
    hall.saw("opened", 13)
    assert (3, 1) == office.ids()[-1]


def test_killed_at_any_moment_it_keeps_what_was_heard(reader: Reader, office: Office, hall: Hall) -> None:
    """Killed in the middle of taps and receipts again and again, each tap that was heard is answered in the end."""
    for number in range(6):
        reader.start()
        eventually(lambda: len(hall.hellos) == number + 1, "at the hall")  # noqa: B023
        before = hall.shows().count("heard")
        for count in range(10):
            hall.tap(f"04{number:02x}{count:04x}")
        hall.saw("heard", before + 1 + number)
        reader.kill()
    reader.start()
    heard = {(line["boot"], line["seq"]) for line in hall.lines if line["show"] == "heard"}
    eventually(lambda: heard <= set(office.ids()), "all that were heard are sent")
    cards: dict[tuple[int, int], bytes] = {}
    for tap in office.taps:
        assert tap.card == cards.setdefault((tap.boot, tap.seq), tap.card), "one pair, two cards"


def test_a_long_backlog_drains_in_order(reader: Reader, office: Office, hall: Hall) -> None:
    """2,000 taps of an outage go out oldest first, at most eight ahead of their receipts, in seconds."""
    reader.fill(7, 2000)
    reader.start()
    eventually(lambda: len(set(office.ids())) == 2000, "all sent", within_s=60)
    assert [(7, seq) for seq in range(1, 2001)] == list(dict.fromkeys(office.ids()))
    assert [1999, 1998, 1997] == [tap.depth for tap in office.taps[:3]]
    hall.saw("opened", 2000)
    hall.tap(A)
    hall.saw("opened", 2001)
    assert (1007, 1) == office.ids()[-1]


def test_a_pressed_button_travels_with_its_tap(reader: Reader, office: Office, hall: Hall) -> None:
    """The hall's button is in the signed frame of that tap, and in no other; one that cannot be is passed over."""
    reader.start()
    hall.saw("ready")
    for button in ("256", "-1", '"1"', "null"):
        hall.send(f'{{"uid": "{C}", "button": {button}}}')
    hall.send(f'{{"uid": "{A}", "button": 3}}')
    hall.tap(B)
    hall.saw("opened", 2)
    assert [(hash_of(A), 3), (hash_of(B), 0)] == [(tap.card, tap.button) for tap in office.taps]


def test_a_card_held_is_one_tap_and_two_cards_are_two(reader: Reader, office: Office, hall: Hall) -> None:
    """The hall's field is debounced like any: a card that flickers counts once, another at once."""
    reader.start()
    for _ in range(5):
        hall.tap(A)
    hall.tap(B)
    hall.saw("opened", 2)
    assert [hash_of(A), hash_of(B)] == [tap.card for tap in office.taps]
    time.sleep(1.1)  # the card must really be away for a second
    hall.tap(A)
    hall.saw("opened", 3)


@pytest.mark.usefixtures("office")
def test_the_hall_may_come_and_go(reader: Reader, hall: Hall) -> None:
    """It connects again after a break, and nonsense from the hall is passed over."""
    reader.start()
    hall.saw("ready")
    hall.drop()
    eventually(lambda: len(hall.hellos) == 2, "second hello")
    for line in ("", "?", "[]", "{}", '{"uid": 5}', '{"uid": "04"}', '{"uid": "zz"}', '{"uid": ""}', '"uid"', "\xff"):
        hall.send(line)
    hall.tap(A)
    hall.saw("opened")
    hall.send("x" * 5000)
    eventually(lambda: len(hall.hellos) == 3, "third hello")
    hall.tap(B)
    hall.saw("opened", 2)
    _, _, err = reader.interrupt()
    assert 10 == err.count("not understood")
    assert "Traceback" not in err


def test_a_refused_reader_says_so(reader: Reader, hall: Hall) -> None:
    """With a wrong password it is offline, keeps taps, and its log says why."""
    settings = json.loads((reader.flash / "settings.json").read_text())
    (reader.flash / "settings.json").write_text(json.dumps(settings | {"password": "wrong"}))
    reader.start()
    hall.saw("offline")
    hall.tap(A)
    hall.saw("heard")
    _, _, err = reader.interrupt()
    assert "link: not authorised" in err
    assert ["offline", "heard"] == hall.shows()


@pytest.mark.usefixtures("office")
def test_without_a_hall_it_shows_on_standard_output(reader: Reader) -> None:
    """Lines of JSON, nothing else."""
    settings = json.loads((reader.flash / "settings.json").read_text())
    del settings["hall"]
    (reader.flash / "settings.json").write_text(json.dumps(settings))
    reader.start()
    line = json.loads(reader.line())
    assert {"show": "ready", "text": "Mời chạm thẻ", "light": "green", "sound": None} == line
    assert (0, "", "") == reader.interrupt()


def test_bad_settings_end_it_with_one_line(reader: Reader) -> None:
    """Key, value and what is allowed on standard error, exit code 2, no traceback, and no boot is counted."""
    settings = json.loads((reader.flash / "settings.json").read_text())
    (reader.flash / "settings.json").write_text(json.dumps(settings | {"port": 0}))
    done = run_micropython(ROOT / "firmware" / "main.py", reader.flash, heap=HEAP_OF_READER)
    line = "settings.json: port is 0; allowed is a whole number from 1 to 65535\n"
    assert (2, "", line) == (done.returncode, done.stdout, done.stderr)
    assert ["settings.json"] == [path.name for path in reader.flash.iterdir()]


def test_a_missing_folder_ends_it_with_one_line() -> None:
    """So do a folder that is not there, and no folder at all."""
    done = run_micropython(ROOT / "firmware" / "main.py", "/nonexistent", heap=HEAP_OF_READER)
    assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "provisioning" in done.stderr
    done = run_micropython(ROOT / "firmware" / "main.py", heap=HEAP_OF_READER)
    assert (2, "usage: micropython main.py FLASH_FOLDER\n") == (done.returncode, done.stderr)
