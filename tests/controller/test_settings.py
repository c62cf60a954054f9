"""The site file: every mistake is named by line, key, value and what is allowed; the sample is right."""

from pathlib import Path

import pytest
from engine_day import MINUTE, Day

from luot_controller.engine.model import Role, VisitState
from luot_controller.errors import ExitCode, SiteFileInvalid, UsageProblem
from luot_controller.settings import Site, check_in_use, load_site, sample_site
from offices import SITE_TOML


def load(tmp_path: Path, text: str) -> Site:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return load_site(path)


def changed(old: str, new: str, count: int = 1) -> str:
    """The test site with one thing changed."""
    assert old in SITE_TOML
    return SITE_TOML.replace(old, new, count)


def mistake(tmp_path: Path, text: str) -> SiteFileInvalid:
    with pytest.raises(SiteFileInvalid) as caught:
        load(tmp_path, text)
    assert ExitCode.USAGE == caught.value.exit_code
    assert str(tmp_path / "site.toml") in caught.value.subject
    assert caught.value.key in caught.value.subject
    assert repr(caught.value.value) in caught.value.subject
    assert caught.value.allowed in caught.value.subject
    return caught.value


@pytest.mark.parametrize(
    ("text", "key", "value", "allowed"),
    [
        pytest.param(
            "colour = 1\n" + SITE_TOML,
            "colour",
            1,
            "site, calls, numbers, day_end, hours, services, classes, desks, readers, integrators",
            id="top",
        ),
        pytest.param(
            changed('name = "Test"', 'name = "Test"\ncolor = "red"'),
            "site.color",
            "red",
            "id, name, language, return_window_min, drop_window_min, timezone, target_min, regret_window_s, "
            "rating_window_s, tap_age_limit_h",
            id="site",
        ),
        pytest.param(
            changed("typical_min = 9", "tipical_min = 9"),
            "services[0].tipical_min",
            9,
            "id, name, typical_min, target_min",
            id="services",
        ),
        pytest.param(
            changed("head_start_min = 45", "head_start = 45"),
            "classes[1].head_start",
            45,
            "id, name, head_start_min, legal_basis",
            id="classes",
        ),
        pytest.param(
            changed('services = ["papers"]', 'service = "papers"'),
            "desks[0].service",
            "papers",
            "id, services",
            id="desks",
        ),
        pytest.param(
            changed('role = "info"', 'role = "info"\nrole2 = 2'),
            "readers[1].role2",
            2,
            "id, role, service, class, desk, buttons, faces",
            id="readers",
        ),
        pytest.param(
            changed('{ service = "land" }', '{ service = "land", klass = "plain" }'),
            "readers[0].buttons[1].klass",
            "plain",
            "service, class",
            id="buttons",
        ),
        pytest.param(
            changed('name = "Test"', 'name = "Test"\n"a.b[0]" = 3'), "site.a.b[0]", 3, "id, name", id="odd-key"
        ),
    ],
)
def test_unknown_key(tmp_path: Path, text: str, key: str, value: object, allowed: str) -> None:
    """A key that is not there is named with its place, its value, and the keys that are."""
    wrong = mistake(tmp_path, text)
    assert (key, value) == (wrong.key, wrong.value)
    assert f"there is no such key here; allowed: {allowed}" in wrong.allowed


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('[site]\nid = "test"\nname = "Test"\n', "", "site"),
        ('name = "Test"\n', "", "site.name"),
        ('[[services]]\nid = "papers"\n', "[[services]]\n", "services[0].id"),
        ('services = ["papers", "land"]\n', "", "desks[1].services"),
        ('role = "info"\n', "", "readers[1].role"),
        ('{ service = "land" }', '{ class = "plain" }', "readers[0].buttons[1].service"),
    ],
)
def test_missing_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    """What must be there is named where it is missing."""
    wrong = mistake(tmp_path, changed(old, new))
    assert (key, None, "required") == (wrong.key, wrong.value, wrong.allowed)


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "allowed"),
    [
        ("typical_min = 9", 'typical_min = "9"', "services[0].typical_min", "9", "`int`"),
        ("typical_min = 9", "typical_min = true", "services[0].typical_min", True, "`int`"),
        ("typical_min = 9", "typical_min = 9.5", "services[0].typical_min", 9.5, "`int`"),
        ("typical_min = 9", "typical_min = 0", "services[0].typical_min", 0, ">= 1"),
        ("typical_min = 9", "typical_min = 481", "services[0].typical_min", 481, "<= 480"),
        ("head_start_min = 45", "head_start_min = -1", "classes[1].head_start_min", -1, ">= 0"),
        ("head_start_min = 45", "head_start_min = 100001", "classes[1].head_start_min", 100_001, "<= 100000"),
        ('name = "Test"', 'name = ""', "site.name", "", "length >= 1"),
        ('name = "Test"', f'name = "{"x" * 61}"', "site.name", "x" * 61, "length <= 60"),
        ('name = "Test"', "name = 1", "site.name", 1, "`str`"),
        ('name = "Test"', 'name = "Test"\nlanguage = "fr"', "site.language", "fr", "one of vi, en"),
        ('name = "Test"', 'name = "Test"\nlanguage = "vi\\n"', "site.language", "vi\n", "one of vi, en"),
        ('name = "Test"', 'name = "Test"\nreturn_window_min = -1', "site.return_window_min", -1, ">= 0"),
        ('name = "Test"', 'name = "Test"\ndrop_window_min = 1.5', "site.drop_window_min", 1.5, "`int`"),
        ('name = "Test"', 'name = "Test"\ntap_age_limit_h = 0', "site.tap_age_limit_h", 0, ">= 1"),
        ('name = "Test"', 'name = "Test"\ntap_age_limit_h = 169', "site.tap_age_limit_h", 169, "<= 168"),
        ('id = "test"', 'id = "Test"', "site.id", "Test", "1 to 32 of a-z, 0-9 and -"),
        ('id = "test"', 'id = ""', "site.id", "", "1 to 32 of a-z, 0-9 and -"),
        ('id = "test"', 'id = "a/b"', "site.id", "a/b", "1 to 32 of a-z, 0-9 and -"),
        ('id = "test"', 'id = "test\\n"', "site.id", "test\n", "1 to 32 of a-z, 0-9 and -"),
        ('id = "test"', f'id = "{"x" * 33}"', "site.id", "x" * 33, "1 to 32 of a-z, 0-9 and -"),
        ('id = "land"', 'id = "đất"', "services[1].id", "đất", "1 to 32 of a-z, 0-9 and -"),
        ('id = "2"\n', f'id = "{"x" * 28}"\n', "desks[1].id", "x" * 28, "1 to 27 of a-z, 0-9 and -"),
        ('role = "info"', 'role = "gateway"', "readers[1].role", "gateway", "one of entry, info, desk"),
        ('services = ["papers"]', "services = []", "desks[0].services", [], "length >= 1"),
        ('services = ["papers"]', 'services = "papers"', "desks[0].services", "papers", "`array`"),
        ('services = ["papers"]', 'services = ["papers", 7]', "desks[0].services[1]", 7, "`str`"),
        ("buttons = [", "buttons = 5 #", "readers[0].buttons", 5, "`array`"),
    ],
)
def test_wrong_value(tmp_path: Path, old: str, new: str, key: str, value: object, allowed: str) -> None:
    """A value of the wrong type, out of its range or out of its form is named with what is allowed."""
    wrong = mistake(tmp_path, changed(old, new))
    assert (key, value) == (wrong.key, wrong.value)
    assert allowed in wrong.allowed


@pytest.mark.parametrize("table", ["services", "classes", "desks"])
def test_nothing_of_a_kind(tmp_path: Path, table: str) -> None:
    """A site has at least one service, class and desk; readers may come later."""
    kept = [block for block in SITE_TOML.split("\n\n") if f"[[{table}]]" not in block]
    wrong = mistake(tmp_path, f"{table} = []\n" + "\n\n".join(kept))
    assert (table, [], "Expected `array` of length >= 1") == (wrong.key, wrong.value, wrong.allowed)
    load(tmp_path, SITE_TOML[: SITE_TOML.index("[[readers]]")])


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "allowed"),
    [
        ('services = ["papers"]', 'services = ["passports"]', "desks[0].services", "passports", "one of land, papers"),
        ('service = "papers"\nclass', 'service = "tax"\nclass', "readers[0].service", "tax", "one of land, papers"),
        ('service = "papers"\nclass = "plain"\n', 'class = "plain"\n', "readers[0].service", "", "one of land, papers"),
        ('class = "plain"', 'class = "vip"', "readers[0].class", "vip", "one of first, plain"),
        ('{ service = "land" }', '{ service = "tax" }', "readers[0].buttons[1].service", "tax", "one of land, papers"),
        ('class = "first" }', 'class = "vip" }', "readers[0].buttons[0].class", "vip", "one of first, plain"),
        ('role = "desk"\ndesk = "1"', 'role = "desk"\ndesk = "7"', "readers[2].desk", "7", "one of 1, 2"),
        ('role = "desk"\ndesk = "1"', 'role = "desk"', "readers[2].desk", "", "one of 1, 2"),
        ('role = "info"', 'role = "info"\nservice = "tax"', "readers[1].service", "tax", "one of land, papers"),
        ('role = "info"', 'role = "info"\nclass = "vip"', "readers[1].class", "vip", "one of first, plain"),
        ('role = "info"', 'role = "info"\ndesk = "7"', "readers[1].desk", "7", "one of 1, 2"),
        (
            'services = ["papers", "land"]',
            'services = ["papers"]',
            "services[1].id",
            "land",
            "at least one desk must serve it",
        ),
        ('id = "info-1"', 'id = "entry-1"', "readers[1].id", "entry-1", "each id once"),
        ('id = "land"', 'id = "papers"', "services[1].id", "papers", "each id once"),
        ('id = "first"', 'id = "plain"', "classes[1].id", "plain", "each id once"),
        ('id = "2"', 'id = "1"', "desks[1].id", "1", "each id once"),
        (
            'id = "info-1"',
            'id = "desk-1"',
            "readers[1].id",
            "desk-1",
            "desk-..., controller, watch and supervisor are taken",
        ),
        (
            'id = "info-1"',
            'id = "desk-x"',
            "readers[1].id",
            "desk-x",
            "desk-..., controller, watch and supervisor are taken",
        ),
        (
            'id = "info-1"',
            'id = "watch"',
            "readers[1].id",
            "watch",
            "desk-..., controller, watch and supervisor are taken",
        ),
        (
            'id = "info-1"',
            'id = "controller"',
            "readers[1].id",
            "controller",
            "desk-..., controller, watch and supervisor are taken",
        ),
    ],
)
def test_wrong_reference(tmp_path: Path, old: str, new: str, key: str, value: object, allowed: str) -> None:
    """What does not exist, stands there twice, is served by nobody or has a taken name is told with what is allowed."""
    wrong = mistake(tmp_path, changed(old, new))
    assert (key, value, allowed) == (wrong.key, wrong.value, wrong.allowed)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[site\n", "is not TOML"),
        (b"site = 1\nsite = 2\n", "is not TOML"),
        (b'[site]\nname = "B\xf4"\n', "is not TOML"),
        ("[site]\n".encode("utf-16"), "is not TOML"),
    ],
)
def test_not_a_toml_file(tmp_path: Path, content: bytes, says: str) -> None:
    """Broken TOML and other encodings are told as such, with the file's name."""
    path = tmp_path / "site.toml"
    path.write_bytes(content)
    with pytest.raises(UsageProblem, match=says) as caught:
        load_site(path)
    assert str(path) in caught.value.subject
    assert caught.value.hint


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there, and a folder in its place, are usage problems that name it."""
    for path, says in ((tmp_path / "nowhere.toml", "does not exist"), (tmp_path, "cannot be read")):
        with pytest.raises(UsageProblem, match=says) as caught:
            load_site(path)
        assert "--site" in caught.value.hint


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "site.toml"
    path.write_text(SITE_TOML, encoding="utf-8-sig")
    assert "test" == load_site(path).site.id


def test_the_sample_site_is_right(tmp_path: Path) -> None:
    """What a new office starts with: Vietnamese, priority counts 45 minutes, and each service has an entry reader."""
    site = load(tmp_path, sample_site())
    policy = site.policy()
    assert "vi" == site.site.language
    assert {0, 45 * MINUTE} == set(policy.head_start_ms.values())
    readers = site.readers
    assert set(policy.typical_ms) == {row.service for row in readers if row.role is Role.ENTRY}


def test_policy(tmp_path: Path) -> None:
    """Minutes become milliseconds; who serves what is known both ways."""
    policy = load(
        tmp_path, changed('name = "Test"', 'name = "Test"\nreturn_window_min = 20\ndrop_window_min = 3')
    ).policy()
    assert {"plain": 0, "first": 45 * MINUTE} == policy.head_start_ms
    assert {"papers": 9 * MINUTE, "land": 12 * MINUTE} == policy.typical_ms
    assert {"1": {"papers"}, "2": {"papers", "land"}} == policy.desk_services
    assert {"papers": ("1", "2"), "land": ("2",), "@1": ("1",), "@2": ("2",)} == policy.desks_for
    everybody_at_2 = {"papers", "land", "@2"}
    assert {"papers": {"@1", *everybody_at_2}, "land": everybody_at_2} == {
        service: policy.rivals[service] for service in policy.typical_ms
    }
    assert {"@1": {"@1", "papers"}, "@2": everybody_at_2} == {line: policy.rivals[line] for line in ("@1", "@2")}
    assert (20 * MINUTE, 3 * MINUTE) == (policy.return_window_ms, policy.drop_window_ms)


def test_buttons_choose(tmp_path: Path) -> None:
    """No button is the reader's preset; a button without a class has the reader's; others and an info reader none."""
    entry, info, _ = load(tmp_path, SITE_TOML).readers
    assert [("papers", "plain"), ("papers", "first"), ("land", "plain"), (None, None)] == [
        entry.choice(button) for button in range(4)
    ]
    assert (None, None) == info.choice(0)


PATH = Path("site.toml")


@pytest.mark.parametrize("state", [VisitState.WAITING, VisitState.CALLED, VisitState.SERVING, VisitState.MISSED])
@pytest.mark.parametrize(
    ("old", "new", "key", "needed"),
    [
        ('id = "papers"\n', 'id = "tax"\n', "services", "papers still has visits"),
        ('id = "plain"\n', 'id = "other"\n', "classes", "plain still has visits"),
    ],
)
def test_what_people_in_line_need_stays(
    tmp_path: Path, state: VisitState, old: str, new: str, key: str, needed: str
) -> None:
    """A site file without the service or class of somebody who is not done is refused, and says which to keep."""
    text = (
        changed(old, new).replace('"papers"', '"tax"')
        if key == "services"
        else changed(old, new).replace('"plain"', '"other"')
    )
    site = load(tmp_path, text)
    day = Day().with_visit(state)
    with pytest.raises(SiteFileInvalid, match=f"{needed}: keep it") as caught:
        check_in_use(PATH, site, day.state)
    assert key == caught.value.key
    check_in_use(PATH, load(tmp_path, SITE_TOML), day.state)


def test_a_desk_with_a_visit_stays(tmp_path: Path) -> None:
    """A desk that has a citizen cannot be dropped; once it is free, it can."""
    smaller = load(
        tmp_path, changed('[[desks]]\nid = "1"\nservices = ["papers"]\n', "").replace('desk = "1"', 'desk = "2"')
    )
    with pytest.raises(SiteFileInvalid, match="desk 1 still has a visit: keep it"):
        check_in_use(PATH, smaller, Day().with_visit(VisitState.CALLED).state)
    check_in_use(PATH, smaller, Day().with_visit(VisitState.MISSED).state)


def test_what_only_finished_visits_had_may_go(tmp_path: Path) -> None:
    """Yesterday's visits hold nothing back."""
    site = load(tmp_path, SITE_TOML.replace('"papers"', '"tax"').replace('"plain"', '"other"'))
    check_in_use(PATH, site, Day().with_visit(VisitState.FINISHED).state)
