"""Pins `luot status`: what it asks, what it prints, and how it fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from luot_controller import client
from luot_controller.access import Access, save
from luot_controller.commands.status import command, fetch, table
from luot_controller.errors import DataFolderMissing, LuotError, OfficeUnreachable, TimedOut, UsageProblem
from luot_controller.fault_words import fault_words
from luot_controller.language import clock, use
from luot_controller.screen.office import OnChange, OnLink
from luot_protocol import faults

SITE = {"name": "Bộ phận Một cửa", "language": "vi", "services": [{"id": "dat-dai", "name": "Đất đai"}]}
AT_MS = 1_780_022_460_000
STATUS: dict[str, Any] = {
    "at_ms": AT_MS,
    "speed": 1,
    "waiting": 18,
    "services": [
        {"id": "ho-tich", "name": "Hộ tịch", "waiting": 6, "lo_min": 30, "hi_min": 45},
        {"id": "dat-dai", "waiting": 12, "lo_min": 60},
    ],
    "desks": [{"id": "1", "state": "serving", "number": 17}, {"id": "2", "state": "free"}],
    "readers": [
        {"id": "entry-1", "role": "entry", "link": "ready", "last_seen_ms": AT_MS - 120_000, "depth": 0, "faults": []},
        {"id": "entry-2", "role": "entry", "link": "lost", "faults": ["chip.absent", "office.silent", "fault.99"]},
        {"id": "info-1", "role": "info"},
    ],
    "counters": {"taps": 212, "frame.mac": 1},
}


def test_the_closing_is_told() -> None:
    """When the day closes stands in the first line, and whose wait may be longer than that beside the wait."""
    use("en")
    late = {"id": "ho-tich", "name": "Hộ tịch", "waiting": 6, "lo_min": 30, "hi_min": 45, "closes_first": True}
    lines = table(SITE, STATUS | {"closing_ms": AT_MS + 600_000, "services": [late]})
    assert f"closes at {clock(AT_MS + 600_000)}" in lines[0]
    assert any(line.endswith("30-45 min, may not be served before closing") for line in lines)


class Script:
    """What the fake office says, and the connections that were opened to it."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {"id": "1", "ok": True, "status": STATUS}
        self.problem: LuotError | None = None
        self.opened: list[FakeOffice] = []

    def open(self, access: Access | None, *, on_change: OnChange, on_link: OnLink, watch: Any = ()) -> "FakeOffice":
        """As the constructor of `client.OfficeClient`."""
        self.opened.append(FakeOffice(self, access, on_change, on_link, watch))
        return self.opened[-1]


class FakeOffice:
    """Answers `status` as `client.OfficeClient` does."""

    def __init__(self, script: Script, access: Access | None, on_change: OnChange, on_link: OnLink, watch: Any) -> None:
        self.access, self.watch, self.stopped = access, watch, False
        self._script, self._on_change, self._on_link = script, on_change, on_link

    def start(self) -> None:
        """Say what is retained."""
        self._on_link(True)
        self._on_change("office", None, {"state": "open"})
        self._on_change("site", None, SITE)

    def stop(self) -> None:
        """End."""
        self.stopped = True

    def wait_ready(self, _timeout_s: float) -> None:
        """Ready, or the problem."""
        if self._script.problem is not None:
            raise self._script.problem

    def ask(self, ask: str, *, timeout_s: float = 5.0, desk: str | None = None) -> dict[str, Any]:
        """The answer."""
        assert ("status", None) == (ask, desk)
        assert timeout_s > 0
        return self._script.answer

    def command(self, command: str, desk: str, **_fields: Any) -> dict[str, Any]:
        """`luot status` must never send one."""
        raise AssertionError(f"{command} for {desk}")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """The fake in the place of the real client; every connection must have been closed in the end."""
    script = Script()
    monkeypatch.setattr(client, "OfficeClient", script.open)
    yield script
    use("en")
    assert all(one.stopped for one in script.opened)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the access of `watch`."""
    save(tmp_path, Access(site="demo", name="watch", password="secret"))
    return tmp_path


def run(*arguments: str) -> Result:
    """Run the command, letting its LuotErrors through as `cli` gets them."""
    return CliRunner().invoke(command, list(arguments), standalone_mode=False)


def test_the_table_in_the_sites_language(office: Script, data: Path) -> None:
    """Office, services, desks, readers, counters: one table each, in line."""
    result = run("--data", str(data))
    assert result.exception is None
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Bộ phận Một cửa   ")
    assert lines[0].endswith("   18 người đang chờ")
    assert [
        "",
        "Dịch vụ   đang chờ   dự kiến chờ",
        "Hộ tịch          6    30-45 phút",
        "Đất đai         12     hơn 1 giờ",
        "",
        "Quầy   trạng thái     số",
        "1      Đang phục vụ   17",
        "2      Đang trống",
        "",
        "Đầu đọc   vai trò   kết nối        liên lạc cuối   chưa gửi   tình trạng",
        "entry-1   entry     sẵn sàng              2 phút          0   tốt",
        "entry-2   entry     mất liên lạc                              không thấy chip đọc thẻ: kiểm tra nguồn và dây; "
        "lượt chạm chưa có biên nhận; fault.99",
        "info-1    info",
        "",
        "Đếm từ lúc khởi động",
        "frame.mac                1",
        "taps                   212",
    ] == lines[1:]
    (opened,) = office.opened
    assert opened.access is not None
    assert ("watch", ("office", "site")) == (opened.access.name, opened.watch)


def test_json_is_the_answer_and_nothing_else(office: Script, data: Path) -> None:
    """stdout is data: the office's answer with the site's name, ready for a script."""
    result = run("--json", "--data", str(data))
    assert {"site": "Bộ phận Một cửa", **STATUS} == json.loads(result.stdout)
    assert "Hộ tịch" in result.stdout
    assert "" == result.stderr
    assert 1 == len(office.opened)


@pytest.mark.parametrize(("language", "word"), [("vi", "người đang chờ"), ("en", "18 waiting")])
def test_language_can_be_chosen(office: Script, data: Path, language: str, word: str) -> None:
    """--language wins over the site's."""
    assert word in run("--data", str(data), "--language", language).stdout
    assert 1 == len(office.opened)


@pytest.mark.parametrize("problem", [OfficeUnreachable("nobody there", "Start it."), TimedOut("slow")])
def test_problems_are_raised_for_the_command_line_to_print(office: Script, data: Path, problem: LuotError) -> None:
    """Nothing on stdout; the error carries the exit code; the connection is closed."""
    office.problem = problem
    result = run("--data", str(data))
    assert (problem, "") == (result.exception, result.stdout)


def test_an_office_that_will_not_say(office: Script, data: Path) -> None:
    """A refusal, or an answer without a status, is an error and not an empty table."""
    office.answer = {"id": "1", "ok": False, "code": "forbidden"}
    result = run("--data", str(data))
    assert isinstance(result.exception, LuotError)
    assert "forbidden" in result.exception.subject


def test_a_folder_without_an_office(tmp_path: Path) -> None:
    """The folder that --data names is looked at before anything is connected."""
    assert isinstance(run("--data", str(tmp_path)).exception, DataFolderMissing)


@pytest.mark.parametrize("url", ["mqtt://desk-1:x@host/demo", "http://host", "mqtt://host"])
def test_a_wrong_address(url: str) -> None:
    """Another console's address, or none at all, is a usage problem that shows what is right."""
    error = run("--url", url).exception
    assert isinstance(error, UsageProblem)
    assert error.hint


def test_hostile_text_in_the_answer_is_shown_plain() -> None:
    """A name in an answer cannot write to the technician's terminal."""
    use("en")
    row = {"id": "\x1b[31mr", "role": "\x07x", "link": "\x1b]0;own\x07", "last_seen_ms": "?", "depth": 1}
    lines = table({"name": "a\x1b[2J\nb"}, {"waiting": 1, "readers": [row, "junk", {}], "services": 3, "counters": []})
    assert not [char for line in lines for char in line if ord(char) < 32]
    assert "a[2J b   1 waiting" == lines[0]
    assert 4 == len(lines)


def test_an_answer_that_is_nearly_empty() -> None:
    """Missing parts are left out."""
    use("en")
    assert ["0 waiting"] == table({}, {})


def test_fetch_stops_what_it_started(office: Script) -> None:
    """Also when asking fails."""
    office.answer = {"id": "1", "ok": True}
    with pytest.raises(LuotError):
        fetch(lambda on_change, on_link: office.open(None, on_change=on_change, on_link=on_link), 1.0)
    assert office.opened[0].stopped


def test_every_fault_has_words() -> None:
    """In both languages, and not the same ones twice."""
    for language in ("vi", "en"):
        use(language)
        words = {name: fault_words(name) for name in faults.NAMES.values()}
        assert not [name for name, word in words.items() if name == word]
        assert len(words) == len(set(words.values()))
    use("en")
