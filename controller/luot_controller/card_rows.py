"""The cards of a site as CSV, and back; strict, and every mistake is named by its line. Opens no file, keeps no UID.

`number,uid` is how a list comes from a supplier or a reader on a desk. `number,card,key` is how the office writes it:
`card` is the hash that it keeps, `key` names the site's key, without which that hash means nothing.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from typing import TextIO

from luot_controller.errors import UsageProblem
from luot_protocol.card import HASH_BYTES, card_hash
from luot_protocol.errors import ProtocolError
from luot_protocol.messages import LARGEST_NUMBER

_KEY_NAME_CHARS = 8
_MOST_NAMED = 10
_DIGITS = re.compile(r"[0-9]{1,9}")
_OURS = ("number", "card", "key")


def written(card_key: bytes, cards: Mapping[bytes, int]) -> str:
    """All of them by number, to be read again by an office with the same key."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_OURS)
    for card, number in sorted(cards.items(), key=lambda row: row[1]):
        rows.writerow((number, card.hex(), key_name(card_key)))
    return text.getvalue()


def read(
    file: TextIO, card_key: bytes, known: Mapping[bytes, int], reserved: tuple[int, int] | None
) -> list[tuple[int, bytes]]:
    """The (number, hash) pairs of a file; `known` are the cards that there are.

    Raises UsageProblem that names each mistake with its line, the first ten of them.
    """
    try:
        cards, mistakes = _checked(file, card_key, known, reserved or (0, 0))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageProblem(
            f"{file.name} is not CSV in UTF-8: {error}", "Save it as such and import it again."
        ) from None
    if mistakes:
        more = [f"and {len(mistakes) - _MOST_NAMED} more"] if len(mistakes) > _MOST_NAMED else []
        raise UsageProblem(
            f"{file.name}: " + "\n      ".join(mistakes[:_MOST_NAMED] + more),
            "Nothing was enrolled. Mend the file and import it again.",
        )
    return cards


def key_name(card_key: bytes) -> str:
    """Eight hex digits that tell one site's key from another's and nothing more."""
    return hashlib.sha256(b"luot card key" + card_key).hexdigest()[:_KEY_NAME_CHARS]


def _checked(
    file: TextIO, card_key: bytes, known: Mapping[bytes, int], reserved: tuple[int, int]
) -> tuple[list[tuple[int, bytes]], list[str]]:
    reader = csv.DictReader(file, restkey="", strict=True)
    names = list(reader.fieldnames or ())
    if "number" not in names or not ("uid" in names or {"card", "key"} <= set(names)):
        raise UsageProblem(
            f"{file.name}: line 1 must name the columns number and uid, or number, card and key",
            "Mend the file and try again.",
        )
    if len(set(names)) < len(names):
        raise UsageProblem(f"{file.name}: line 1 names a column twice", "Mend the file and try again.")
    cards: list[tuple[int, bytes]] = []
    mistakes: list[str] = []
    numbers = dict.fromkeys(known.values(), "by a card of the office")
    hashes = {card: str(number) for card, number in known.items()}
    for row in reader:
        where = f"line {reader.line_num}"
        found = list(_mistakes(row, card_key, reserved))
        if not found:
            number, card = int(row["number"]), _card(row, card_key)
            if card in hashes:
                found.append(f"this card has number {hashes[card]} already")
            elif number in numbers:
                found.append(f"number {number} is taken, {numbers[number]}")
            numbers.setdefault(number, f"in {where}")
            hashes.setdefault(card, f"{number}, in {where},")
            cards.append((number, card))
        mistakes += [f"{where}: {mistake}" for mistake in found]
    return cards, mistakes


def _mistakes(row: dict[str, str], card_key: bytes, reserved: tuple[int, int]) -> Iterator[str]:
    """What is wrong with a row by itself."""
    if "" in row:
        yield f"more cells than columns: {row['']}"
        return
    number = (row["number"] or "").strip()
    if _DIGITS.fullmatch(number) is None:
        yield f"number {row['number']!r} is not made of digits"
    elif not 1 <= int(number) <= LARGEST_NUMBER:
        yield f"number {int(number)}: they run from 1 to {LARGEST_NUMBER}"
    elif reserved[0] <= int(number) <= reserved[1]:
        yield f"number {int(number)} is one of those for visits without a card"
    if "uid" not in row and (row["key"] or "").strip() != key_name(card_key):
        yield f"key {row['key']!r} is another site's: only its office can read these cards"
        return
    try:
        _card(row, card_key)
    except (ValueError, AttributeError, ProtocolError):
        if "uid" in row:
            yield f"uid {row['uid']!r} is not 4, 7 or 10 bytes in hexadecimal"
        else:
            yield f"card {row['card']!r} is not {HASH_BYTES} bytes in hexadecimal"


def _card(row: dict[str, str], card_key: bytes) -> bytes:
    """The card's hash; raises ValueError, AttributeError (no cell) or ProtocolError."""
    if "uid" in row:
        return bytes(card_hash(card_key, bytes.fromhex(row["uid"].strip().replace(":", ""))))
    card = bytes.fromhex(row["card"].strip())
    if len(card) != HASH_BYTES:
        raise ValueError
    return card
