"""`luot card`: a list of cards is enrolled as a whole or not at all, and every mistake in it is named by its line."""

import json
from pathlib import Path

import pytest
from command_line import luot, office_folder

from luot_controller.store.sqlite import SqliteStore
from luot_protocol.card import card_hash

UIDS = {1: "04a1b2c3", 2: "04:A1:B2:C3:5E:80:01", 17: "04a1b2c35e8001020304"}
GOOD = "number,uid\n" + "".join(f"{number},{uid}\n" for number, uid in UIDS.items())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return office_folder(tmp_path / "office")


def cards(data: Path) -> dict[bytes, int]:
    store = SqliteStore(data)
    try:
        return store.cards()
    finally:
        store.close()


def file(data: Path, content: str | bytes) -> Path:
    path = data.parent / "cards.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_import(data: Path) -> None:
    """Number and UID of 4, 7 or 10 bytes, with or without colons; the list shows the numbers in order."""
    said = luot("card", "import", "--data", data, file(data, GOOD))
    assert (0, "3 cards enrolled\n", "") == said
    assert (0, "1\n2\n17\n", "") == luot("card", "list", "--data", data)
    assert [1, 2, 17] == json.loads(luot("card", "list", "--json", "--data", data).out)


def test_only_hashes_are_kept(data: Path) -> None:
    """What is kept is the hash under the site's key; no UID stands anywhere in the folder."""
    luot("card", "import", "--data", data, file(data, GOOD))
    store = SqliteStore(data)
    key = store.card_key()
    store.close()
    uids = {number: bytes.fromhex(uid.replace(":", "")) for number, uid in UIDS.items()}
    assert {bytes(card_hash(key, uid)): number for number, uid in uids.items()} == cards(data)
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    for uid in (uid for uid in uids.values() if len(uid) > 4):  # four bytes may stand anywhere by chance
        assert uid not in kept
        assert uid.hex().encode() not in kept.lower()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD.replace("\n", "\r\n"), id="windows-lines"),
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), id="byte-order-mark"),
        pytest.param("uid,box,number\n04a1b2c3,a,1\n04a1b2c4,a,2\n04a1b2c5,b,17\n", id="other-columns"),
        pytest.param(GOOD + "\n\n", id="empty-lines"),
        pytest.param(GOOD.rstrip("\n"), id="no-last-newline"),
        pytest.param('"number","uid"\n"1","04a1b2c3"\n 2 ,04a1b2c35e8001\n17,04A1B2C35E8001020304\n', id="quotes"),
    ],
)
def test_what_spreadsheets_write(data: Path, content: str | bytes) -> None:
    """Files as spreadsheets and Windows write them are taken."""
    assert 0 == luot("card", "import", "--data", data, file(data, content)).code
    assert {1, 2, 17} == set(cards(data).values())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "line 1 must name the columns number and uid"),
        ("1,04a1b2c3\n", "line 1 must name the columns number and uid"),
        ("number;uid\n1;04a1b2c3\n", "line 1 must name the columns number and uid"),
        (GOOD + "x,04a1b2c4\n", "line 5: 'x', '04a1b2c4' are not a number and a UID of 4, 7 or 10 bytes"),
        (GOOD + "3,04a1b2\n", "line 5: '3', '04a1b2' are not"),
        (GOOD + "3,zz\n", "line 5: '3', 'zz' are not"),
        (GOOD + "3\n", "line 5: '3', None are not"),
        (GOOD + ",04a1b2c4\n", "line 5: '', '04a1b2c4' are not"),
        (GOOD + "0,04a1b2c4\n", "line 5: number 0"),
        (GOOD + "10000,04a1b2c4\n", "line 5: number 10000"),
        (GOOD + "-1,04a1b2c4\n", "line 5: number -1"),
        (GOOD + "2,04a1b2c4\n", "card 2: this number is taken"),
        (GOOD + "3,04A1B2C3\n", "card 3: this card is enrolled already, as 1"),
        (GOOD.encode("utf-16"), "is not CSV in UTF-8"),
        (GOOD.encode() + b"3,\xff\n", "is not CSV in UTF-8"),
    ],
)
def test_a_bad_list(data: Path, content: str | bytes, says: str) -> None:
    """The line is named with what was expected; none of the list is enrolled; the mended list is then taken whole."""
    said = luot("card", "import", "--data", data, file(data, content))
    assert (2, "") == (said.code, said.out)
    assert says in said.err
    assert 2 <= len(said.err.splitlines())
    assert "Traceback" not in said.err
    assert {} == cards(data)
    assert 0 == luot("card", "import", "--data", data, file(data, GOOD)).code


def test_the_same_list_again(data: Path) -> None:
    """Imported twice, the second time is refused and changes nothing; a list of new cards is added."""
    luot("card", "import", "--data", data, file(data, GOOD))
    before = cards(data)
    said = luot("card", "import", "--data", data, file(data, GOOD))
    assert (2, "luot: card 1: this number is taken\n      Nothing was changed. Mend the list and try again.\n") == (
        said.code,
        said.err,
    )
    assert before == cards(data)
    assert 0 == luot("card", "import", "--data", data, file(data, "number,uid\n3,04a1b2c4\n")).code
    assert {1, 2, 3, 17} == set(cards(data).values())


def test_no_file(data: Path) -> None:
    """A file that is not there is named."""
    said = luot("card", "import", "--data", data, "nowhere.csv")
    assert 2 == said.code
    assert "nowhere.csv" in said.err


@pytest.mark.parametrize("words", [["import", "x.csv"], ["list"], ["list", "--json"]])
def test_no_office(tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no office has been nothing is made, and the hint is to start one; $LUOT_DATA names the folder too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text(GOOD)
    monkeypatch.setenv("LUOT_DATA", str(tmp_path / "nothing"))
    said = luot("card", *words)
    assert (2, "") == (said.code, said.out)
    assert f"{tmp_path / 'nothing'} holds no office" in said.err
    assert "luot office" in said.err
    assert not (tmp_path / "nothing").exists()


def test_no_cards_yet(data: Path) -> None:
    """An empty list is an empty list, as text and as JSON."""
    assert (0, [], "") == (
        luot("card", "list", "--data", data).code,
        json.loads(luot("card", "list", "--json", "--data", data).out),
        luot("card", "list", "--data", data).out.strip(),
    )
