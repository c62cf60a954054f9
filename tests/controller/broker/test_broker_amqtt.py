"""Facts of amqtt alone: the rules its child process asks."""

import subprocess
import sys
from pathlib import Path

import pytest

from brokers import RunBroker
from luot_controller.broker.amqtt import Amqtt, Known, Settings
from luot_controller.broker.choice import free_port
from luot_controller.broker.users import credentials, hashed


@pytest.fixture
def settings() -> Settings:
    """One link that may say `a/b` and hear `a/c`."""
    known = Known(password=hashed("secret"), writes=("a/b",), reads=("a/c",))
    return Settings(bind="127.0.0.1", port=1883, users={"entry-1": known})


@pytest.mark.parametrize(
    ("name", "password", "will_topic", "expected"),
    [
        ("entry-1", "secret", None, True),
        ("entry-1", "secret", "a/b", True),
        ("entry-1", "secret", "a/c", False),
        ("entry-1", "secret", "", False),
        ("entry-1", "Secret", None, False),
        ("entry-1", "", None, False),
        ("entry-1", None, None, False),
        ("entry-2", "secret", None, False),
        ("", "secret", None, False),
        (None, None, None, False),
    ],
)
def test_admits(
    settings: Settings, name: str | None, password: str | None, will_topic: str | None, expected: bool
) -> None:
    """Name, password and last will must all be right."""
    assert expected == settings.admits(name, password, will_topic)


def test_rights_are_asked_by_direction(settings: Settings) -> None:
    """What may be said may not be heard for that, and an unknown name may do nothing."""
    assert settings.may_write("entry-1", "a/b")
    assert not settings.may_read("entry-1", "a/b")
    assert settings.may_read("entry-1", "a/c")
    assert not settings.may_read("entry-1", "a/+")
    assert not settings.may_write("entry-1", "a/c")
    assert not settings.may_write("entry-2", "a/b")
    assert not settings.may_read(None, "a/c")


@pytest.mark.real
def test_it_leaves_no_plain_password_and_nothing_else(tmp_path: Path) -> None:
    """Its folder holds its settings and its log."""
    broker = Amqtt(tmp_path / "broker", credentials(tmp_path, "demo"), port=free_port())
    broker.start()
    broker.stop()

    assert {"amqtt.json", "broker.log"} == {file.name for file in (tmp_path / "broker").iterdir()}


@pytest.mark.real
def test_subscriptions_made_meanwhile_lose_no_message(run_broker: RunBroker) -> None:
    """Screens that come and go while taps pass cost no subscriber a single one (stock amqtt 0.12.1 loses most)."""
    running = run_broker("amqtt")
    subscribers = [running.peer("controller", own) for own in ("link/+/up", "link/entry-1/up", "#")]
    link = running.peer("entry-1")
    for arrival in range(10):
        for number in range(20):
            link.connection.publish(running.topic("link/entry-1/up"), b"%d" % (arrival * 20 + number))
        running.peer("controller", *(f"card/{arrival}-{number}" for number in range(100))).connection.stop()
    link.connection.publish(running.topic("link/entry-1/up"), b"last")

    expected = [b"%d" % number for number in range(200)]
    assert [expected] * 3 == [sorted(subscriber.payloads(b"last"), key=int) for subscriber in subscribers]


def test_amqtt_is_not_imported_by_the_office() -> None:
    """The office names amqtt without paying for its import, or needing it installed."""
    code = "import sys, luot_controller.broker.choice; sys.exit('amqtt' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
