"""Near closing time: who may not be served before it is told so at the tap, and has a place all the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from e2e.parts import Controller, Reader, enrol, luot

pytestmark = [pytest.mark.real, pytest.mark.parametrize("kind", ["mosquitto"])]

OPEN_FOR = timedelta(minutes=30)
PEOPLE = 8
"""At one desk and ten minutes each the last of them is likely to wait more than an hour."""

SITE = """
[site]
id = "mot-cua"
name = "Hall"
timezone = "{zone}"
language = "en"

[[hours]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
opens = "00:00"
closes = "{closes}"

[[services]]
id = "papers"
name = "Papers"

[[classes]]
id = "plain"
name = "Plain"

[[desks]]
id = "1"
services = ["papers"]

[[readers]]
id = "entry-1"
role = "entry"
service = "papers"
class = "plain"
"""


def noon_zone() -> str:
    """The zone of whole hours in which it is now between 12 and 13, so that no day ends under the test."""
    hours = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours:+d}"


def test_the_last_of_the_line_is_warned(
    tmp_path: Path, open_controller: Callable[..., Controller], open_reader: Callable[[Controller, str], Reader]
) -> None:
    """The reader warns by words and light, the screens say the same, and the ledger proves it afterwards."""
    zone = noon_zone()
    closing = datetime.now(ZoneInfo(zone)) + OPEN_FOR
    closes = closing.strftime("%H:%M")
    site = tmp_path / "hall.toml"
    site.write_text(SITE.format(zone=zone, closes=closes), encoding="utf-8")
    controller = open_controller("--site", str(site))
    uids = enrol(controller, PEOPLE + 1)
    reader = open_reader(controller, "entry-1")
    reader.shown("ready")
    for number in range(1, PEOPLE + 1):
        reader.bring(uids[number])
    reader.wait(lambda: reader.count("opened") == PEOPLE, "all receipts")
    told = {line["number"]: line for line in reader.lines if line["show"] == "opened"}
    assert list(range(PEOPLE)) == [told[number]["ahead"] for number in sorted(told)]
    assert ("closes_first" not in told[1], "green_flash") == (True, told[1]["light"])
    assert (True, "amber_flash") == (told[PEOPLE]["closes_first"], told[PEOPLE]["light"])
    assert told[PEOPLE]["text"].endswith(". May not be served before closing")

    status = luot("status", "--data", controller.data, "--language", "en")
    assert f"closes at {closing.astimezone():%H:%M}" in status
    assert "may not be served before closing" in status
    explained = luot("explain", str(PEOPLE), "--data", controller.data, "--language", "en")
    assert f"The office closes at {closes}: {PEOPLE} may not be served before that." in explained.splitlines()
    by_hand = ("--service", "papers", "--class", "plain", "--number", str(PEOPLE + 1))
    opened = luot("visit", "open", *by_hand, "--data", controller.data)
    assert opened.rstrip().endswith("may not be served before closing")
    assert 0 == controller.stop()
    luot("verify", "--data", controller.data)
