"""Facts about who may connect to the broker, and what each may say and hear."""

from pathlib import Path

import pytest

from luot_controller import access
from luot_controller.broker.users import Role, covers, credentials, hashed, matches
from luot_controller.errors import UsageProblem


def test_every_user_gets_a_password_of_its_own(tmp_path: Path) -> None:
    """Controller, watch, bridge, consoles and links all have an access file, and no two share a password."""
    users = credentials(tmp_path, "demo", consoles=["desk-1"], links=["entry-1"], port=1999)

    roles = {name: user.role for name, user in users.items()}
    assert {
        "controller": Role.CONTROLLER,
        "watch": Role.WATCH,
        "bridge": Role.BRIDGE,
        "desk-1": Role.CONSOLE,
        "entry-1": Role.LINK,
    } == roles
    assert [access.load(tmp_path, name) for name in users] == [user.access for user in users.values()]
    assert len({user.access.password for user in users.values()}) == 5
    assert min(len(user.access.password) for user in users.values()) >= 32


def test_passwords_are_kept_and_addresses_follow(tmp_path: Path) -> None:
    """A second start changes no password, adds new names and brings host and port up to date."""
    before = credentials(tmp_path, "demo", consoles=["desk-1"], port=1999)
    after = credentials(tmp_path, "demo", consoles=["desk-1", "desk-2"], host="10.0.0.5", port=1883)

    assert before["desk-1"].access.password == after["desk-1"].access.password
    assert ("10.0.0.5", 1883) == (after["desk-1"].access.host, after["desk-1"].access.port)
    assert after["desk-1"].access == access.load(tmp_path, "desk-1")
    assert "desk-2" in after


def test_unchanged_access_files_are_not_written_again(tmp_path: Path) -> None:
    """A start with nothing new leaves the files alone, so a memory card is not worn."""
    credentials(tmp_path, "demo", consoles=["desk-1"])
    path = tmp_path / "access" / "desk-1.json"
    before = path.stat().st_ino
    credentials(tmp_path, "demo", consoles=["desk-1"])

    assert before == path.stat().st_ino


@pytest.mark.parametrize("names", [{"consoles": ["desk-1"], "links": ["desk-1"]}, {"links": ["watch"]}])
def test_one_name_cannot_be_two_users(tmp_path: Path, names: dict[str, list[str]]) -> None:
    """A reader named like a desk, or like the office's own names, is refused before anything is written."""
    with pytest.raises(UsageProblem, match="is the name of a"):
        credentials(tmp_path, "demo", **names)


@pytest.mark.parametrize("name", ["", "Desk-1", "desk/1", "desk+", "#", "quầy-1", "x" * 33, "a\nuser b"])
def test_a_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    """Names stand in topics and in the broker's files, so only ids are taken."""
    with pytest.raises(UsageProblem, match="cannot be a name"):
        credentials(tmp_path, "demo", links=[name])


def test_rights_of_each_role(tmp_path: Path) -> None:
    """The whole table of rights, so that a new topic cannot widen them unseen."""
    users = credentials(tmp_path, "demo", consoles=["desk-1"], links=["entry-1", "info-1"])
    root = "luot/1/demo/"
    public = {"office", "site", "board", "service/+", "desk/+", "card/+", "reader/+", "alert", "event"}

    rights = {
        name: ({topic[len(root) :] for topic in user.writes}, {topic[len(root) :] for topic in user.reads})
        for name, user in users.items()
    }

    assert {
        "controller": ({"#"}, {"#"}),
        "watch": ({"console/watch/ask"}, {"console/watch/reply", "console/watch/answer", *public}),
        "desk-1": (
            {"console/desk-1/cmd", "console/desk-1/ask"},
            {"console/desk-1/reply", "console/desk-1/answer", *public},
        ),
        "entry-1": ({"link/entry-1/up", "link/entry-1/state"}, {"link/entry-1/down"}),
        "info-1": ({"link/info-1/up", "link/info-1/state"}, {"link/info-1/down"}),
        "bridge": (
            {"link/entry-1/up", "link/entry-1/state", "link/info-1/up", "link/info-1/state"},
            {"link/entry-1/down", "link/info-1/down"},
        ),
    } == rights
    assert ("entry-1", "info-1") == access.load(tmp_path, "bridge").links


def test_hash_is_that_of_mosquitto_passwd() -> None:
    """The very line that `mosquitto_passwd -b` of mosquitto 2.0.11 wrote for the password `secretpw`."""
    digest = "Bnc7ZHK7Xz0Cq/BbL7RLJMWkVTRAIfgNfX/6P8nH3mRgZmYGqb1dSc+3L2ePgskgRyjR94y30YzgHoFE85FvDQ=="
    kept = f"$7$101$lrzKv4Vpz8sics/5${digest}"

    assert matches("secretpw", kept)
    assert not matches("secretpv", kept)


def test_the_same_password_is_never_hashed_alike() -> None:
    """The salt is fresh each time."""
    assert hashed("secretpw") != hashed("secretpw")


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/b", "a", False),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/+", True),
        ("a/+", "a/#", False),
        ("a/+", "a/b/c", False),
        ("a/b", "a/+", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a/+/#", True),
        ("a/#", "#", False),
        ("a/b", "#", False),
    ],
)
def test_covers(pattern: str, topic: str, expected: bool) -> None:
    """A filter is covered only when everything it can mean is allowed."""
    assert expected == covers(pattern, topic)
