"""A real reader's faults in a real office: reported by signed frames, told in words, and no tap lost for them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from e2e.parts import Controller, Reader, enrol, luot, until
from luot_controller.access import SUPERVISOR
from luot_controller.client import OfficeClient

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


def test_the_fleet_of_an_office(
    open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader]
) -> None:
    """A reader without its chip stands first, alerted once on the site's topic; asked to blink it does, and says so."""
    office = open_controller()
    reader = open_reader(office, "entry-1")
    alerts: list[dict[str, Any]] = []
    hear = lambda _name, _id, message: alerts.append(message)  # noqa: E731
    with OfficeClient(office.access(SUPERVISOR), on_change=hear, watch=("alert",)) as client:
        client.wait_ready(60.0)
        until(lambda: "health" in entry(office), "a report")
        assert client.command("IdentifyReader", reader="entry-1")["ok"]
        reader.shown("identify")
        until(lambda: "obeyed" in entry(office)["health"], "a report of the order")
        reader._say({"chip": "absent"})
        until(lambda: alerts, "an alert")
    assert [("entry-1", "chip.absent", "raised")] == [(one["reader"], one["alert"], one["state"]) for one in alerts]
    fleet = json.loads(luot("device", "fleet", "--json", "--language", "en", "--data", office.data))["readers"]
    first, *others = fleet
    assert ("entry-1", "now", ["chip.absent"]) == (first["id"], first["urgency"], first["alerts"])
    assert ("No card chip", "Check its power and wires") == tuple(first["findings"][0][key] for key in ("what", "todo"))
    assert (None, None, "good") == (first["signal_dbm"], first["battery_mv"], first["clock"])
    assert {("key.none",)} == {tuple(one["word"] for one in other["findings"]) for other in others}
