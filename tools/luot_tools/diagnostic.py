"""CBOR values in diagnostic notation (RFC 8949, section 8): how people and test vectors write them.

Runs on MicroPython too, so that a board can show what it read. Never reads the notation back.
"""

from luot_protocol.cbor import Tag, dumps


def diagnose(value: object) -> str:
    """Write `value`, of the kinds that `luot_protocol.cbor` knows, on one line; other kinds are a TypeError."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "h'" + value.hex() + "'"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join([diagnose(item) for item in value]) + "]"
    if isinstance(value, dict):
        # MicroPython's dictionaries keep no order; this is the one on the wire.
        return "{" + ", ".join([diagnose(key) + ": " + diagnose(value[key]) for key in sorted(value, key=dumps)]) + "}"
    if isinstance(value, Tag):
        return str(value.number) + "(" + diagnose(value.value) + ")"
    raise TypeError(str(type(value)))
