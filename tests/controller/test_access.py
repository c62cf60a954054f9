"""The way into an office: small files only we can read, or an address."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luot_controller.access import Access, load, save
from luot_controller.errors import DataFolderMissing, ExitCode, UsageProblem

ACCESS = Access(site="demo", name="desk-1", password="s3cret", host="10.0.0.5", port=1999)


def test_saved_is_loaded(tmp_path: Path) -> None:
    """What is saved under a name is what is loaded, in `access/<name>.json`; saving again replaces it."""
    assert tmp_path / "access" / "desk-1.json" == save(tmp_path, ACCESS)
    assert ACCESS == load(tmp_path, "desk-1")
    other = Access(site="demo", name="desk-1", password="new")
    save(tmp_path, other)
    assert other == load(tmp_path, "desk-1")
    assert ["desk-1.json"] == [path.name for path in (tmp_path / "access").iterdir()]


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_only_the_owner_reads_it(tmp_path: Path, umask: int) -> None:
    """Passwords: folder 0700, file 0600, whatever the umask."""
    before = os.umask(umask)
    try:
        path = save(tmp_path, ACCESS)
    finally:
        os.umask(before)
    assert (0o600, 0o700) == (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode))


def test_no_office_there(tmp_path: Path) -> None:
    """Where no office ever ran, the hint is to start one; where one did, the names that are known."""
    with pytest.raises(DataFolderMissing) as caught:
        load(tmp_path, "desk-1")
    assert ("Start the office first: luot office", ExitCode.USAGE) == (caught.value.hint, caught.value.exit_code)
    save(tmp_path, ACCESS)
    with pytest.raises(DataFolderMissing) as caught:
        load(tmp_path, "desk-2")
    assert "Known here: desk-1." == caught.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"site": "demo"}', b'{"site": 1, "name": "x", "password": ""}', b"\xff\xfe"]
)
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    """It is named, with what to do."""
    path = save(tmp_path, ACCESS)
    path.write_bytes(content)
    with pytest.raises(UsageProblem) as caught:
        load(tmp_path, "desk-1")
    assert str(path) in caught.value.subject
    assert caught.value.hint


def test_address() -> None:
    """The form that is printed, taken apart; the port may be left out."""
    assert ACCESS == Access.from_url("mqtt://desk-1:s3cret@10.0.0.5:1999/demo")
    assert Access(site="demo", name="a", password="b", host="box") == Access.from_url("mqtt://a:b@box/demo/")


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(texts, texts, st.sampled_from(["127.0.0.1", "box.local", "::1", "fe80::1"]), st.integers(1, 65535))
def test_every_address_comes_back(name: str, password: str, host: str, port: int) -> None:
    """Whatever stands in name and password, and on IPv6 too, the printed address leads to the same access."""
    access = Access(site="demo", name=name, password=password, host=host, port=port)
    assert access == Access.from_url(access.url())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "demo",
        "http://a:b@h/demo",
        "mqtt://h/demo",
        "mqtt://:b@h/demo",
        "mqtt://a:b@/demo",
        "mqtt://a:b@h",
        "mqtt://a:b@h/Demo",
        "mqtt://a:b@h/demo/more",
        "mqtt://a:b@h:port/demo",
        "mqtt://a:b@h:99999/demo",
        "mqtt://a:b@[::1/demo",
    ],
)
def test_no_address(url: str) -> None:
    """What is none is refused with the form it should have, and without repeating the password."""
    with pytest.raises(UsageProblem) as caught:
        Access.from_url(url)
    assert "Its form is mqtt://name:password@host:port/site" == caught.value.hint
    assert ":b@" not in str(caught.value)
