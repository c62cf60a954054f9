"""What `luot explain` says: a sentence for each reason in both languages, from the ledger alone, on any machine."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from any_day import any_day, kept, tamper
from command_line import luot, office_folder
from engine_day import adopted
from told_day import at, told_afternoon, told_day

from luot_controller import language
from luot_controller.engine.events import (
    ClosingPlanned,
    CommandUndone,
    VisitCalled,
    VisitFact,
    VisitResumed,
    VisitReturned,
    visits_of,
)
from luot_controller.engine.model import VisitState
from luot_controller.history.course import WORDS
from luot_controller.history.reasons import reason
from luot_controller.history.story import Call, Person
from luot_controller.history.telling import Telling
from luot_controller.store.sqlite_file import FILE


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office, closed, after the morning of `told_day`."""
    folder = office_folder(tmp_path_factory.mktemp("told") / "office")
    kept(told_day(), folder)
    return folder


def explained(data: Path, *words: str) -> str:
    """What is said."""
    said = luot("explain", "--data", data, *words)
    assert (0, "") == (said.code, said.err)
    return said.out


CALLS = [
    (
        "17",
        "09:05  17 was called to desk 1 before 12, because 17 has priority and came at 08:50, which counts as 08:05,"
        " while 12 came at 08:10.",
        "09:05  Thẻ 17 được gọi đến quầy 1 trước thẻ 12, vì thẻ 17 thuộc diện ưu tiên, đến lúc 08:50 và được tính như"
        " đến lúc 08:05, còn thẻ 12 đến lúc 08:10.",
    ),
    (
        "12",
        "09:15  12 was called to desk 1, because it came first of all who waited for this desk, at 08:10.",
        "09:15  Thẻ 12 được gọi đến quầy 1, vì đến sớm nhất trong những người đang chờ quầy này, lúc 08:10.",
    ),
    (
        "12",
        "09:22  12 was called to desk 1, because it had come back after nobody came to an earlier call, soon enough to"
        " keep its place of 08:10.",
        "09:22  Thẻ 12 được gọi đến quầy 1, vì sau lần gọi trước không có người đến, thẻ đã quay lại kịp thời nên được"
        " giữ chỗ cũ tính từ 08:10.",
    ),
    (
        "8",
        "09:18  8 was called to desk 1 before 30, because 30 waits for Land, which desk 1 does not serve.",
        "09:18  Thẻ 8 được gọi đến quầy 1 trước thẻ 30, vì thẻ 30 chờ làm Land, là việc quầy 1 không phục vụ.",
    ),
    (
        "8",
        "09:30  8 was called back to desk 1, because this desk had put it on hold.",
        "09:30  Thẻ 8 được mời lại quầy 1, vì quầy này đã tạm gác thẻ.",
    ),
]


@pytest.mark.parametrize(("number", "english", "vietnamese"), CALLS)
def test_a_sentence_for_each_call(data: Path, number: str, english: str, vietnamese: str) -> None:
    """Who, where to, before whom and why, with the times on which it turned."""
    assert english in explained(data, number, "--language", "en").splitlines()
    assert vietnamese in explained(data, number, "--language", "vi").splitlines()


RARE = [
    (
        "60",
        "13:15  60 was called to desk 1, because its appointment at 13:10 was due and nobody who waited for this desk"
        " was ahead of it.",
        "13:15  Thẻ 60 được gọi đến quầy 1, vì đã đến giờ hẹn 13:10 và không ai đang chờ quầy này đứng trước.",
    ),
    (
        "62",
        "13:21  62 was called to desk 1 before 61, whose turn it was, as desk 1 decided: in pain.",
        "13:21  Thẻ 62 được gọi đến quầy 1 trước thẻ 61 là thẻ đến lượt, do quầy 1 quyết định: in pain.",
    ),
    (
        "62",
        "13:25  was done at desk 1, after 10 s; goes on to Land, with its place",
        "13:25  làm xong tại quầy 1, sau 10 giây; làm tiếp Land, giữ nguyên chỗ",
    ),
    (
        "62",
        "13:32  desk 3 closed; waits for any desk with Land, with its place",
        "13:32  quầy 3 đóng; chờ bất kỳ quầy nào làm Land, giữ nguyên chỗ",
    ),
    (
        "62",
        "13:45  62 was called to desk 2, because it had been on hold and kept its place of 13:20.",
        "13:45  Thẻ 62 được gọi đến quầy 2, vì trước đó được tạm gác và giữ nguyên chỗ cũ tính từ 13:20.",
    ),
    (
        "63",
        "13:33  goes on with card 63, the one before is lost",
        "13:33  tiếp tục với thẻ 63, thẻ trước bị mất",
    ),
    ("64", "13:43  came back and kept its place", "13:43  quay lại, được giữ chỗ cũ"),
    ("65", "13:48  the turn was cancelled: no papers", "13:48  lượt bị hủy: no papers"),
    (
        "62",
        "17:00  the day was closed before the turn came to its end",
        "17:00  hết ngày làm việc khi lượt chưa xong",
    ),
]


@pytest.fixture(scope="module")
def rare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office after `told_afternoon`."""
    folder = office_folder(tmp_path_factory.mktemp("rare") / "office")
    kept(told_afternoon(), folder)
    return folder


@pytest.mark.parametrize(("number", "english", "vietnamese"), RARE)
def test_what_is_rare(rare: Path, number: str, english: str, vietnamese: str) -> None:
    """Appointment, override, several services, a lost card, a slip, the day's end."""
    assert english in explained(rare, number, "--language", "en").splitlines()
    assert vietnamese in explained(rare, number, "--language", "vi").splitlines()


def test_a_card_that_was_replaced(rare: Path) -> None:
    """The visit is found under both numbers, and by its own."""
    assert explained(rare, "61") == explained(rare, "63") == explained(rare, "--visit", "9")


def test_every_kind_has_words() -> None:
    """A new kind of fact needs a line in the course of a visit, or happens to none."""
    told = {type(fact) for fact in told_afternoon().ledger if visits_of(fact)}
    assert told == set(WORDS)
    assert set(WORDS) == {*get_args(VisitFact), CommandUndone}


CALLED = VisitCalled(0, 5, 17, "2", "OLDEST", 0, 12, 0, None, None)
PERSON = Person(5, 17, "papers", "first", 8 * 3_600_000, 45 * 60_000, 0)
OTHER = Person(6, 12, "land", "first", 7 * 3_600_000, 15 * 60_000, 0, bound="3")
BACK = VisitReturned(0, 5, 17, 0, True)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            Call(1, replace(CALLED, reason="PRIORITY_WITHIN_H"), PERSON, OTHER, None),
            "while 12 came at 15:00, which counts as 14:45",
        ),
        (Call(1, replace(CALLED, reason="DESK_SERVICES"), PERSON, OTHER, None), "because 12 waits for desk 3 alone"),
        (Call(1, CALLED, replace(PERSON, expected=True), None, None), "because it was expected at 16:00, and nobody"),
        (Call(1, replace(CALLED, second=None), PERSON, None, None), "because nobody else waited"),
        (Call(1, replace(CALLED, reason="RETURNED"), PERSON, None, BACK), "soon enough to keep its place of 16:00"),
        (
            Call(1, replace(CALLED, reason="RETURNED"), PERSON, None, replace(BACK, kept=False)),
            "first since then, from 16:00 on",
        ),
        (
            Call(1, replace(CALLED, reason="RETURNED"), PERSON, None, replace(BACK, was=VisitState.CANCELLED)),
            "had given the card back by mistake",
        ),
        (
            Call(1, replace(CALLED, reason="OVERRIDE", note="in pain.", by="supervisor"), PERSON, None, None),
            "out of turn, as supervisor decided: in pain.",
        ),
        (Call(1, VisitResumed(0, 5, 17, "2", "1"), PERSON, None, None), "because desk 1 had put it on hold"),
    ],
)
def test_each_turn_of_a_reason(call: Call, says: str) -> None:
    """What the calls of those two half-days do not come to: the same reasons, otherwise come about."""
    language.use("en")
    assert says in reason(Telling(adopted()), call)
    language.use("vi")
    assert "{" not in reason(Telling(adopted()), call)
    assert "because" not in reason(Telling(adopted()), call)


def test_a_visit_from_beginning_to_end(data: Path) -> None:
    """What happened, a line each, then what everybody may rely on."""
    assert [
        "Card 12, Papers, 2026-11-20 (visit 1)",
        "08:10  took a turn for Papers",
        "09:15  12 was called to desk 1, because it came first of all who waited for this desk, at 08:10.",
        "09:18  did not come to desk 1",
        "09:20  came back and kept its place",
        CALLS[2][1],
        "09:30  was done at desk 1, after 8 min",
        "Nobody who comes more than 45 minutes after you is called before you at a desk that serves both.",
    ] == explained(data, "12", "--language", "en").splitlines()


def test_why_somebody_has_not_been_called_yet(data: Path) -> None:
    """Who is ahead and why, which desks serve, and until when somebody may still come before."""
    assert [
        "Card 41, Papers, 2026-11-20 (visit 6)",
        "09:50  took a turn for Papers",
        "At 09:55, 41 is waiting for Papers: it came at 09:50.",
        "3 people are ahead.",
        "30 and 40 came earlier.",
        "42 has priority and came at 09:55, which counts as 09:10; 41 came at 09:50.",
        "Desks 1 and 2 serve Papers.",
        "Somebody with priority who comes before 10:35 may still be called first; nobody who comes later.",
        "Nobody who comes more than 45 minutes after you is called before you at a desk that serves both.",
    ] == explained(data, "41", "--language", "en").splitlines()


def test_who_may_not_be_served_before_closing(tmp_path: Path) -> None:
    """It is said, with the time of the closing; also while no desk calls."""
    day = told_day()
    day.comes("11:00", 51)
    day.comes("11:01", 52)
    day.enter(ClosingPlanned(day.now_ms, at("11:05")))
    folder = office_folder(tmp_path / "office")
    kept(day, folder)
    warning = "The office closes at 11:05: 52 may not be served before that."
    assert warning in explained(folder, "52", "--language", "en").splitlines()
    assert "11:05 hết giờ làm việc: khi đó có thể chưa đến lượt số 52." in explained(folder, "52")
    (told,) = json.loads(explained(folder, "52", "--json"))
    assert (True, at("11:05")) == (told["waiting"]["closes_first"], told["waiting"]["closing_ms"])


def test_the_language_is_the_sites(data: Path) -> None:
    """Vietnamese, unless the site file or the caller says otherwise."""
    assert explained(data, "12", "--language", "vi") == explained(data, "12")


def test_for_programs(data: Path) -> None:
    """The same with everything it is made of; a list, since a card may have had more than one visit that day."""
    (told,) = json.loads(explained(data, "17", "--json", "--language", "en"))
    (call,) = told["calls"]
    assert (4, 17, "papers", "first") == (told["visit"], told["number"], told["service"], told["class"])
    assert (at("09:05"), "1", "PRIORITY_WITHIN_H", 12) == (call["at_ms"], call["desk"], call["reason"], call["over"])
    assert (at("08:05"), at("08:10")) == (call["key_ms"], call["over_key_ms"])
    assert told["waiting"] is None
    (waiting,) = json.loads(explained(data, "--visit", "6", "--json", "--language", "en"))
    assert ([30, 40], [42], ["1", "2"], at("10:35")) == tuple(
        waiting["waiting"][name] for name in ("earlier", "priority", "desks", "safe_ms")
    )


def test_a_card_has_many_visits(tmp_path: Path) -> None:
    """The last one without a word; those of a day, or one by its number, if asked for."""
    folder = office_folder(tmp_path / "office")
    day = told_day()
    day.comes("11:00", 17)
    kept(day, folder)
    assert "(visit 8)" in explained(folder, "17", "--language", "en")
    both = explained(folder, "17", "--day", "2026-11-20", "--language", "en")
    assert ["(visit 4)", "(visit 8)"] == [line[-9:] for line in both.splitlines() if line.startswith("Card 17")]
    assert explained(folder, "--visit", "4") in explained(folder, "17", "--day", "2026-11-20")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["99"], "the ledger knows no turn of card 99"),
        (["17", "--day", "2026-11-21"], "the ledger knows no turn of card 17"),
        (["--visit", "99"], "the ledger knows no turn of visit 99"),
        ([], "which one is meant?"),
        (["17", "--visit", "4"], "which one is meant?"),
    ],
)
def test_what_cannot_be_explained(data: Path, words: list[str], says: str) -> None:
    """Exit code 2, and what to look at."""
    said = luot("explain", "--data", data, *words)
    assert (2, "") == (said.code, said.out)
    assert says in said.err
    assert 2 == len(said.err.splitlines())


def test_no_ledger(tmp_path: Path) -> None:
    """A folder in which no office has been."""
    said = luot("explain", "17", "--data", tmp_path)
    assert (2, "") == (said.code, said.out)
    assert f"{tmp_path} holds no ledger" in said.err


@pytest.mark.parametrize("words", [["explain", "17"], ["verify"], ["ledger", "head"]])
def test_a_copy_is_as_good(data: Path, tmp_path: Path, words: list[str]) -> None:
    """Given the copied file alone, each command says what it says of the office."""
    copy = tmp_path / "monday.sqlite"
    copy.write_bytes((data / FILE).read_bytes())
    assert luot(*words, "--data", data, "--ledger", copy) == luot(*words, "--data", data)


def test_verify_in_words(data: Path, tmp_path: Path) -> None:
    """A line for each check, the calls and the overrides, the head; exit code 1 when something does not hold."""
    said = luot("verify", "--data", data, "--language", "en")
    assert (0, "") == (said.code, said.err)
    head = luot("ledger", "head", "--data", data).out.strip()
    lines = said.out.splitlines()
    assert "  ok    every decision as the engine decides" in lines
    assert "  4 calls, 0 against the order (0.0%); 1 overtaken at most" in lines
    assert [f"  head {head}", "Everything holds."] == lines[-2:]

    folder = office_folder(tmp_path / "office")
    kept(told_day(), folder)
    tamper(folder / FILE, "UPDATE event SET wall_ms = 1 WHERE id = 9")
    said = luot("verify", "--data", folder, "--language", "en")
    assert (1, "Something does not hold.") == (said.code, said.out.splitlines()[-1])
    assert "        event 9 TapAnswered: its hash is not that of its content after the event before" in said.out


def test_what_is_no_head(data: Path) -> None:
    """A head that was copied wrong is a usage problem, not a broken ledger."""
    said = luot("verify", "--data", data, "--head", "1234-ABC")
    assert (2, "") == (said.code, said.out)
    assert "'1234-ABC' is no head of a ledger" in said.err


PLACES = [
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
]


def test_the_same_everywhere(tmp_path: Path) -> None:
    """One ledger gives the same bytes in two time zones, locales and orders of hashing: digest, findings, sentences."""
    folder = office_folder(tmp_path / "office")
    day = any_day(11, steps=200)
    kept(day, folder)
    commands = [["verify", "--json"], ["ledger", "head", "--json"]]
    commands += [["explain", str(number), "--json"] for number in sorted(day.state.by_number)[:3]]
    told = [
        [
            hashlib.sha256(
                subprocess.run(
                    [sys.executable, "-m", "luot_controller.cli", *command, "--data", folder],
                    capture_output=True,
                    check=True,
                    env=os.environ | place,
                    timeout=60,
                ).stdout
            ).hexdigest()
            for command in commands
        ]
        for place in PLACES
    ]
    assert told[0] == told[1]
    assert len(set(told[0])) == len(commands)
