"""Checks the vectors on the device's own Python, one line of output for each; exit code 1 when any fails.

Runs on MicroPython: `MICROPYPATH=protocol:tools micropython tests/protocol/vectors_on_device.py protocol/vectors.json`.
Reads the file line by line, so that it never has to lie in memory as a whole.
"""

import json
import sys

from luot_protocol import card, cbor, cose, frames, office_frames, orders, wired
from luot_protocol.errors import ProtocolError
from luot_tools.diagnostic import diagnose

READING = {
    "tap": office_frames.read_tap,
    "health": office_frames.read_health,
    "receipt": frames.read_receipt,
    "identify": orders.read_identify,
}
SEALING = {
    "tap": frames.seal_tap,
    "health": frames.seal_health,
    "receipt": office_frames.seal_receipt,
    "identify": office_frames.seal_identify,
}


def main(path):
    keys, failed = {}, 0
    with open(path) as file:
        for raw in file:
            line = raw.strip().rstrip(",")
            if line.startswith('{"kind"'):
                row = json.loads(line)
                problem = check(row, keys)
                failed += problem is not None
                print(row["kind"], row.get("name") or row.get("value") or row.get("uid"), ":", problem or "ok")
            elif line.startswith('"') and '": "' in line:
                keys.update(json.loads("{" + line + "}"))
    print(sys.implementation.name, "failed", failed)
    return failed


def check(row, keys):
    """Return what is wrong with one vector, or None."""
    kid, key = bytes.fromhex(keys["kid"]), bytes.fromhex(keys["key"])
    try:
        if row["kind"] == "cbor":
            return check_cbor(bytes.fromhex(row["hex"]), row["value"])
        if row["kind"] == "card":
            found = card.card_hash(bytes.fromhex(keys["card_key"]), bytes.fromhex(row["uid"])).hex()
            return None if found == row["hash"] else found
        if row["kind"] == "wired":
            return check_line(row["letter"].encode(), bytes.fromhex(row["body"]), row["line"].encode() + b"\r\n")
        if row["kind"] == "invalid":
            return check_invalid(row, key)
        return check_frame(row, kid, key)
    except ProtocolError as error:
        return "refused: " + str(error)


def check_cbor(data, notation):
    value = cbor.loads(data)
    if diagnose(value) != notation:
        return "read as " + diagnose(value)
    return None if cbor.dumps(value) == data else "written as " + cbor.dumps(value).hex()


def check_line(letter, body, line):
    if wired.line(letter, body) != line:
        return "written as " + repr(wired.line(letter, body))
    found = wired.Lines(letter).feed(line)
    return None if found == [(letter, body)] else "read as " + repr(found)


def check_invalid(row, key):
    try:
        envelope = frames.parse(bytes.fromhex(row["frame"]))
        READING[row["as"]](envelope, key)
    except ProtocolError as error:
        return None if error.code == row["error"] else "refused as " + error.code
    return "accepted"


def check_frame(row, kid, key):
    kind, fields = row["kind"], dict(row["fields"])
    if kind == "tap":
        fields["card"] = bytes.fromhex(fields["card"])
        meaning = frames.Tap(**fields)
    else:
        meaning = frames.Receipt(**fields) if kind == "receipt" else fields
    frame = SEALING[kind](meaning, kid, key)
    if frame.hex() != row["frame"]:
        return "sealed as " + frame.hex()
    envelope = frames.parse(frame)
    direction = frames.DOWN if kind in ("receipt", "identify") else frames.UP
    if cose.mac_structure(envelope.payload, direction).hex() != row["to_mac"]:
        return "another MAC structure"
    read = READING[kind](envelope, key)
    wrong = [name for name in fields if (read[name] if isinstance(read, dict) else getattr(read, name)) != fields[name]]
    return "fields " + ", ".join(wrong) if wrong else None


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
