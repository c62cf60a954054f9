"""`luot card`: a list of cards is enrolled as a whole or not at all, and every mistake in it is named by its line."""

import json
import sqlite3
from pathlib import Path

import pytest
from command_line import luot, office_folder

from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE
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
        (GOOD + "x,04a1b2c4\n", "line 5: number 'x' is not made of digits"),
        (GOOD + "3,04a1b2\n", "line 5: uid '04a1b2' is not 4, 7 or 10 bytes in hexadecimal"),
        (GOOD + "3,zz\n", "line 5: uid 'zz' is not"),
        (GOOD + "3\n", "line 5: uid None is not"),
        (GOOD + ",04a1b2c4\n", "line 5: number '' is not made of digits"),
        (GOOD + "0,04a1b2c4\n", "line 5: number 0: they run from 1 to 9999"),
        (GOOD + "10000,04a1b2c4\n", "line 5: number 10000"),
        (GOOD + "-1,04a1b2c4\n", "line 5: number '-1' is not made of digits"),
        (GOOD + "2,04a1b2c4\n", "line 5: number 2 is taken, in line 3"),
        (GOOD + "3,04A1B2C3\n", "line 5: this card has number 1, in line 2, already"),
        (GOOD + "3,04a1b2c4,x\n", "line 5: more cells than columns: "),
        (GOOD + "٣,04a1b2c4\n", "line 5: number '٣' is not made of digits"),
        ("number,uid,uid\n", "line 1 names a column twice"),
        ("number,card\n1,00\n", "line 1 must name the columns number and uid, or number, card and key"),
        (GOOD + "x,04a1b2c4\n2,04a1b2c5\n", "\n      line 6: number 2 is taken, in line 3"),
        (GOOD + "x,y\n" * 9, "\n      and 8 more\n"),
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
    assert 2 == said.code
    assert said.err.startswith(f"luot: {file(data, GOOD)}: line 2: this card has number 1 already\n      line 3: ")
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


def test_round_trip(data: Path) -> None:
    """What was exported is enrolled again, each card under its number, in an office that has this site's key."""
    luot("card", "import", "--data", data, file(data, GOOD))
    before = cards(data)
    said = luot("card", "export", "--data", data)
    assert (0, "") == (said.code, said.err)
    assert ["number,card,key", *(f"{number},{card.hex()}" for card, number in sorted_cards(before))] == [
        line.rpartition(",")[0] if at else line for at, line in enumerate(said.out.splitlines())
    ]
    with sqlite3.connect(data / FILE) as database:
        database.execute("DELETE FROM card")
    assert {} == cards(data)
    assert "3 cards can be enrolled\n" == luot("card", "import", "--dry-run", "--data", data, file(data, said.out)).out
    assert {} == cards(data)
    again = luot("card", "import", "--json", "--data", data, file(data, said.out))
    assert (0, {"enrolled": 3, "fit": 3}) == (again.code, json.loads(again.out))
    assert before == cards(data)
    assert 0 == luot("card", "export", "--data", data, "--out", data / "out.csv").code
    assert said.out == (data / "out.csv").read_text()


def test_cards_of_another_site(data: Path, tmp_path: Path) -> None:
    """A hash under another site's key is nobody's card, and each line says so."""
    luot("card", "import", "--data", data, file(data, GOOD))
    exported = luot("card", "export", "--data", data).out
    other = office_folder(tmp_path / "other")
    said = luot("card", "import", "--data", other, file(other, exported))
    assert 2 == said.code
    for line in (2, 3, 4):
        assert f"line {line}: key " in said.err
    assert "another site's" in said.err
    assert {} == cards(other)


def test_a_damaged_export(data: Path) -> None:
    """A hash of another length is named."""
    luot("card", "import", "--data", data, file(data, GOOD))
    exported = luot("card", "export", "--data", data).out.splitlines()
    _number, card, key = exported[1].split(",")
    said = luot("card", "import", "--data", data, file(data, f"{exported[0]}\n40,{card[2:]},{key}\n"))
    assert (2, True) == (said.code, f"line 2: card '{card[2:]}' is not 16 bytes in hexadecimal" in said.err)


def sorted_cards(found: dict[bytes, int]) -> list[tuple[bytes, int]]:
    """By number."""
    return sorted(found.items(), key=lambda row: row[1])
