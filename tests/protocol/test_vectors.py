"""protocol/vectors.json: fresh, confirmed by libraries that are not ours, and passed by the device's own Python."""

import hashlib
import hmac
import os
import subprocess
from pathlib import Path
from typing import Any

import cbor2
import pytest
from pycose.keys import SymmetricKey
from pycose.messages import Mac0Message
from vector_file import CARD_KEY, FILE, KEY, KID, VECTORS, label, of_kind

from luot_protocol import cbor, codes, cose, frames, office_frames, orders, wired
from luot_protocol.card import card_hash
from luot_protocol.errors import ProtocolError
from luot_tools import vectors
from luot_tools.diagnostic import diagnose

READING = {
    "tap": office_frames.read_tap,
    "health": office_frames.read_health,
    "receipt": frames.read_receipt,
    "identify": orders.read_identify,
}


def test_the_file_is_fresh() -> None:
    """The file holds what `make vectors` writes now; a change of the wire shows up as a change of this file."""
    assert vectors.text() == FILE.read_text(encoding="utf-8")


def test_nothing_is_left_out() -> None:
    """Every kind is there, every receipt code, and a refusal for every error the readers of frames know."""
    kinds = {"cbor", "card", "tap", "health", "receipt", "identify", "wired", "invalid"}
    assert kinds == {vector["kind"] for vector in VECTORS}
    assert set(codes.NAMES) <= {vector["fields"]["code"] for vector in of_kind("receipt")}
    assert {vector["fields"]["clock"] for vector in of_kind("tap")} == {0, 1, 2}
    assert {
        *("cbor.cut", "cbor.trailing", "cbor.form", "cbor.type", "cbor.text", "cbor.key", "cbor.depth"),
        *("cose.tag", "cose.shape", "cose.alg", "cose.kid"),
        *("frame.size", "frame.mac", "frame.shape", "frame.kind", "frame.field", "tap.card"),
    } == {vector["error"] for vector in of_kind("invalid")}


@pytest.mark.parametrize("vector", of_kind("cbor"), ids=label)
def test_values(vector: dict[str, Any]) -> None:
    """Ours reads and writes each value as listed; cbor2 reads the bytes as the same value."""
    data = bytes.fromhex(vector["hex"])
    value = cbor.loads(data)
    assert vector["value"] == diagnose(value)
    assert data == cbor.dumps(value)
    if not isinstance(value, cbor.Tag):
        assert value == cbor2.loads(data)


@pytest.mark.parametrize("vector", of_kind("card"), ids=label)
def test_cards(vector: dict[str, Any]) -> None:
    """Ours and Python's hmac give the listed hash."""
    uid = bytes.fromhex(vector["uid"])
    assert vector["hash"] == card_hash(CARD_KEY, uid).hex()
    assert vector["hash"] == hmac.digest(CARD_KEY, b"luot card" + uid, "sha256")[:16].hex()


@pytest.mark.parametrize("vector", of_kind("tap", "health", "receipt", "identify"), ids=label)
def test_frames(vector: dict[str, Any]) -> None:
    """pycose verifies each frame, over the listed bytes, and cbor2 reads its payload; ours reads the listed fields."""
    frame = bytes.fromhex(vector["frame"])
    direction = b"luot/1/down" if vector["kind"] in ("receipt", "identify") else b"luot/1/up"
    message = Mac0Message.decode(frame)
    message.key = SymmetricKey(k=KEY)
    message.external_aad = direction
    assert message.verify_tag()
    assert vector["payload"] == message.payload.hex()
    assert vector["to_mac"] == cbor2.dumps(["MAC0", bytes.fromhex("a10105"), direction, message.payload]).hex()
    assert message.auth_tag == hmac.digest(KEY, bytes.fromhex(vector["to_mac"]), "sha256")

    read = READING[vector["kind"]](frames.parse(frame), KEY)
    found = read if isinstance(read, dict) else {slot: getattr(read, slot) for slot in read.__slots__}
    assert vector["fields"] == {
        slot: value.hex() if isinstance(value, bytes) else value for slot, value in found.items()
    }
    assert KID == frames.parse(frame).kid


@pytest.mark.parametrize("vector", of_kind("wired"), ids=label)
def test_serial_lines(vector: dict[str, Any]) -> None:
    """Each line is the letter, and the body and four bytes of its hash in hex; there is one for every letter."""
    body = vector["letter"].encode() + bytes.fromhex(vector["body"])
    check = hashlib.sha256(body).digest()[:4]
    assert f"#luot1:{vector['letter']}{vector['body']}{check.hex()}" == vector["line"]
    assert set((wired.ALL_UP + wired.ALL_DOWN).decode()) == {vector["letter"] for vector in of_kind("wired")}


@pytest.mark.parametrize("vector", of_kind("invalid"), ids=label)
def test_refusals(vector: dict[str, Any]) -> None:
    """Each is refused with the listed code."""
    with pytest.raises(ProtocolError) as refusal:
        READING[vector["as"]](frames.parse(bytes.fromhex(vector["frame"])), KEY)
    assert vector["error"] == refusal.value.code


def test_signed_refusals_do_not_rest_on_the_mac() -> None:
    """Refusals of the payload carry a MAC that is right, so that they show the check behind it."""
    signed = [v for v in of_kind("invalid") if v["error"] in ("frame.field", "frame.kind", "frame.shape", "tap.card")]
    assert len(signed) > 15
    for vector in signed:
        direction = frames.DOWN if vector["as"] == "receipt" else frames.UP
        assert cose.verify(cose.parse(bytes.fromhex(vector["frame"])), KEY, direction)


@pytest.mark.real
def test_a_board_passes_them_all(micropython: Path, repository: Path) -> None:
    """A real MicroPython with 128 KB of heap passes every vector, line by line."""
    done = subprocess.run(
        [micropython, "-X", "heapsize=128k", "tests/protocol/vectors_on_device.py", FILE],
        env={**os.environ, "MICROPYPATH": os.pathsep.join([str(repository / "protocol"), str(repository / "tools")])},
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    names = [vector.get("name") or vector.get("value") or vector.get("uid") for vector in VECTORS]
    expected = [f"{vector['kind']} {name} : ok" for vector, name in zip(VECTORS, names, strict=True)]
    assert [*expected, "micropython failed 0"] == done.stdout.splitlines(), done.stderr
    assert 0 == done.returncode
