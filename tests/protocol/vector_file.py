"""The vectors as any other implementation would read them: from the file alone."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "protocol" / "vectors.json"

_READ = json.loads(FILE.read_text(encoding="utf-8"))

VECTORS: list[dict[str, Any]] = _READ["vectors"]
KID = bytes.fromhex(_READ["kid"])
KEY = bytes.fromhex(_READ["key"])
CARD_KEY = bytes.fromhex(_READ["card_key"])


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    """The vectors of these kinds, in the file's order."""
    return [vector for vector in VECTORS if vector["kind"] in kinds]


def label(vector: dict[str, Any]) -> str:
    """What a test report calls `vector`."""
    return f"{vector['kind']}: {vector.get('name') or vector.get('value') or vector.get('uid')}"[:60]
