"""A real reader's faults in a real office: reported by signed frames, told in words, and no tap lost for them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from e2e.parts import Controller, Reader, enrol, luot, until

pytestmark = pytest.mark.real


def entry(office: Controller) -> dict[str, Any]:
    """What `luot status` says of the reader."""
    status = json.loads(luot("status", "--json", "--data", office.data))
    row: dict[str, Any] = next(row for row in status["readers"] if row["id"] == "entry-1")
    return row


def test_a_technician_sees_what_is_wrong(
    open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader]
) -> None:
    """Well; then without its chip, in both languages and as JSON; then well again, with the card that came after."""
    office = open_controller()
    uids = enrol(office, 2)
    reader = open_reader(office, "entry-1")
    reader.hold(uids[1])
    reader.wait_settled()
    until(lambda: entry(office).get("faults") == [], "a report that all is well")
    assert (1, "0.1.0") == ((health := entry(office)["health"])["boot"], health["version"])
    reader._say({"chip": "absent"})
    until(lambda: entry(office)["faults"] == ["chip.absent"], "a report of the fault")
    assert "không thấy chip đọc thẻ" in luot("status", "--data", office.data)
    assert "no card chip" in luot("status", "--language", "en", "--data", office.data)
    reader._say({"chip": "well"})
    reader.hold(uids[2])
    reader.wait_settled()
    until(lambda: entry(office)["faults"] == [], "a report that all is well again")
    health = entry(office)["health"]
    assert (2, True) == (health["taps"], health["chip_starts"] >= 2)


def test_a_reader_with_an_old_key(
    open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader], tmp_path: Any
) -> None:
    """Its key was renewed, and it was not told: its own light says that no answer comes, the office says why."""
    office = open_controller()
    uids = enrol(office, 1)
    reader = open_reader(office, "entry-1")
    luot("device", "provision", "entry-1", "--data", office.data, "--out", tmp_path / "elsewhere")
    reader.hold(uids[1])
    assert "office.silent" == reader.shown("no_receipt")["fault"]
    until(lambda: entry(office)["faults"] == ["key.wrong"], "the office to say so")
    assert "sai khóa ký" in luot("status", "--data", office.data)
