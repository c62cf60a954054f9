"""Frames that every reader of the protocol must refuse, and why: one for each rule of the wire.

Most are signed with the right key, because a refusal must not rest on the MAC alone. Never sent to a real office.
"""

from typing import NamedTuple

from luot_protocol import cbor, codes, cose, frames, office_frames

_TAP_FIELDS = {0: frames.KIND_TAP, 1: 1, 2: 17, 3: bytes(16), 4: 12, 5: frames.CLOCK_GOOD, 6: 0, 7: 0}
_HEALTH_FIELDS = {0: frames.KIND_HEALTH, 1: 1, 2: 17, 3: 60, 4: "0.1.0", 5: [1]}
_RECEIPT_FIELDS = {0: frames.KIND_RECEIPT, 1: 1, 2: 17, 3: codes.OPENED, 4: 17}
_PROTECTED = bytes.fromhex("a10105")  # {1: 5}, HMAC 256/256
_UNKNOWN = b"\x18\x63"  # key 99, which nobody knows: what follows it is read, and ignored when it is well formed


class InvalidFrame(NamedTuple):
    """`frame`, read as `tap`, `health` or `receipt`, is a ProtocolError with the code `error`."""

    name: str
    read_as: str
    error: str
    frame: bytes


def invalid_frames(kid: bytes, key: bytes) -> list[InvalidFrame]:
    """All of them, in order of the layer that refuses: size, CBOR, COSE, MAC, fields."""
    good = frames.seal_tap(frames.Tap(1, 17, bytes(16), 12), kid, key)
    taps = [
        ("nothing", "cbor.cut", b""),
        ("cut after the tag", "cbor.cut", good[:1]),
        ("cut in the protected header", "cbor.cut", good[:4]),
        ("cut in the middle", "cbor.cut", good[: len(good) // 2]),
        ("cut before the last byte", "cbor.cut", good[:-1]),
        ("one byte too many", "cbor.trailing", good + b"\x00"),
        ("twice the same frame", "cbor.trailing", good + good),
        ("201 bytes", "frame.size", _longer(kid, key, frames.MAX_BYTES + 1)),
        *_bad_envelopes(good, kid, key),
        *_bad_macs(good, kid, key),
        *((name, error, cose.seal(payload, kid, key, frames.UP)) for name, error, payload in _bad_payloads()),
    ]
    health = [(name, error, cose.seal(payload, kid, key, frames.UP)) for name, error, payload in _bad_healths()]
    down = [(name, error, cose.seal(payload, kid, key, frames.DOWN)) for name, error, payload in _bad_receipts()]
    down.append(("a tap played back as a receipt", "frame.mac", good))
    return [
        InvalidFrame(name, read_as, error, frame)
        for read_as, rows in (("tap", taps), ("health", health), ("receipt", down))
        for name, error, frame in rows
    ]


def _longer(kid: bytes, key: bytes, size: int) -> bytes:
    def padded(by: int) -> bytes:
        frame: bytes = cose.seal(cbor.dumps({**_TAP_FIELDS, 99: bytes(by)}), kid, key, frames.UP)
        return frame

    return padded(60 + size - len(padded(60)))


def _bad_envelopes(good: bytes, kid: bytes, key: bytes) -> list[tuple[str, str, bytes]]:
    protected, unprotected, payload, mac = cbor.loads(good).value

    def enveloped(*parts: object, tag: int = cose.TAG_MAC0) -> bytes:
        frame: bytes = cbor.dumps(cbor.Tag(tag, list(parts)))
        return frame

    long_tag = b"\xd8\x11" + good[1:]
    endless = good[:1] + b"\x9f" + good[2:] + b"\xff"
    short_mac = cose.hmac_sha256(key, cbor.dumps(["MAC0", bytes.fromhex("a10104"), frames.UP, payload]))[:8]
    return [
        ("a tag that is not in its shortest form", "cbor.form", long_tag),
        ("an array of indefinite length", "cbor.form", endless),
        ("a reserved length", "cbor.form", good[:1] + b"\x9c" + good[2:]),
        ("an array that claims 2^64 - 1 items", "cbor.cut", good[:1] + b"\x9b" + b"\xff" * 8 + good[2:]),
        ("no tag", "cose.tag", good[1:]),
        ("COSE_Sign1", "cose.tag", enveloped(protected, unprotected, payload, mac, tag=18)),
        ("the tag around a map", "cose.shape", cbor.dumps(cbor.Tag(cose.TAG_MAC0, {0: 1}))),
        ("three parts", "cose.shape", enveloped(protected, unprotected, payload)),
        ("five parts", "cose.shape", enveloped(protected, unprotected, payload, mac, mac)),
        ("a detached payload", "cose.shape", enveloped(protected, unprotected, None, mac)),
        ("a MAC of 31 bytes", "cose.shape", enveloped(protected, unprotected, payload, mac[:31])),
        ("no protected header", "cose.alg", enveloped(b"", {1: 5, 4: kid}, payload, mac)),
        ("HMAC 256/64", "cose.alg", enveloped(bytes.fromhex("a10104"), unprotected, payload, short_mac)),
        ("more than alg is protected", "cose.alg", enveloped(cbor.dumps({1: 5, 3: 60}), unprotected, payload, mac)),
        ("no kid", "cose.kid", enveloped(protected, {}, payload, mac)),
        ("a kid that is text", "cose.kid", enveloped(protected, {4: "entry-1"}, payload, mac)),
        ("headers that are no map", "cose.kid", enveloped(protected, [4, kid], payload, mac)),
        ("a header added on the way", "cose.shape", enveloped(protected, {4: kid, 5: bytes(8)}, payload, mac)),
    ]


def _bad_macs(good: bytes, kid: bytes, key: bytes) -> list[tuple[str, str, bytes]]:
    payload = cbor.dumps(_TAP_FIELDS)
    receipt = office_frames.seal_receipt(frames.Receipt(1, 17, codes.OPENED, 17), kid, key)
    return [
        ("the last bit of the MAC", "frame.mac", good[:-1] + bytes([good[-1] ^ 1])),
        ("another reader's key", "frame.mac", cose.seal(payload, kid, bytes(32), frames.UP)),
        ("a receipt played back as a tap", "frame.mac", receipt),
        ("signed for no direction", "frame.mac", cose.seal(payload, kid, key, b"")),
    ]


def _bad_payloads() -> list[tuple[str, str, bytes]]:
    plain: bytes = cbor.dumps(_TAP_FIELDS)

    def with_unknown(item: bytes) -> bytes:
        return bytes([plain[0] + 1]) + plain[1:] + _UNKNOWN + item

    def without(key: int) -> bytes:
        payload: bytes = cbor.dumps({at: value for at, value in _TAP_FIELDS.items() if at != key})
        return payload

    return [
        ("no payload", "cbor.cut", b""),
        ("a byte after the payload", "cbor.trailing", plain + b"\x00"),
        ("an integer that is not in its shortest form", "cbor.form", with_unknown(b"\x18\x17")),
        (
            "a long integer that is not in its shortest form",
            "cbor.form",
            with_unknown(b"\x1b" + bytes(4) + b"\xff" * 4),
        ),
        ("bytes of indefinite length", "cbor.form", with_unknown(b"\x5f\x41\x00\xff")),
        ("map keys out of order", "cbor.form", bytes([plain[0] + 1]) + _UNKNOWN + b"\x00" + plain[1:]),
        ("a map key twice", "cbor.form", bytes([plain[0] + 1]) + plain[1:3] + plain[1:]),
        ("true as a map key", "cbor.key", bytes([plain[0] + 1]) + plain[1:] + b"\xf5\x00"),
        ("an array as a map key", "cbor.key", bytes([plain[0] + 1]) + plain[1:] + b"\x80\x00"),
        ("nested too deep", "cbor.depth", with_unknown(b"\x81" * 60 + b"\x00")),
        ("bytes that claim 2^64 - 1", "cbor.cut", with_unknown(b"\x5b" + b"\xff" * 8)),
        ("a map that claims 2^32 - 1 pairs", "cbor.cut", with_unknown(b"\xba" + b"\xff" * 4)),
        ("a float of 16 bits", "cbor.type", with_unknown(b"\xf9\x00\x14")),
        ("a float of 64 bits", "cbor.type", with_unknown(b"\xfb" + bytes(8))),
        ("false in two bytes", "cbor.type", with_unknown(b"\xf8\x14")),
        ("undefined", "cbor.type", with_unknown(b"\xf7")),
        ("text that starts with a continuation", "cbor.text", with_unknown(b"\x61\x80")),
        ("text that is cut in a letter", "cbor.text", with_unknown(b"\x62\xe6\xb0")),
        ("text in an overlong form", "cbor.text", with_unknown(b"\x62\xc0\x80")),
        ("text with a surrogate", "cbor.text", with_unknown(b"\x63\xed\xa0\x80")),
        ("text beyond U+10FFFF", "cbor.text", with_unknown(b"\x64\xf4\x90\x80\x80")),
        ("not a map", "frame.shape", cbor.dumps([0, 1])),
        ("no kind", "frame.kind", without(0)),
        ("a kind of the other direction", "frame.kind", cbor.dumps({**_TAP_FIELDS, 0: frames.KIND_RECEIPT})),
        ("an unknown kind", "frame.kind", cbor.dumps({**_TAP_FIELDS, 0: 99})),
        ("a kind that is true", "frame.kind", cbor.dumps({**_TAP_FIELDS, 0: True})),
        ("no boot", "frame.field", without(1)),
        ("a boot of 2^32", "frame.field", cbor.dumps({**_TAP_FIELDS, 1: 1 << 32})),
        ("a negative seq", "frame.field", cbor.dumps({**_TAP_FIELDS, 2: -1})),
        ("a seq that is true", "frame.field", cbor.dumps({**_TAP_FIELDS, 2: True})),
        ("no card", "tap.card", without(3)),
        ("a card hash of 15 bytes", "tap.card", cbor.dumps({**_TAP_FIELDS, 3: bytes(15)})),
        ("a card hash that is text", "tap.card", cbor.dumps({**_TAP_FIELDS, 3: "a" * 16})),
        ("no age though the clock is good", "frame.field", cbor.dumps({**_TAP_FIELDS, 4: None})),
        ("a negative age", "frame.field", cbor.dumps({**_TAP_FIELDS, 4: -1})),
        ("an unknown clock quality", "frame.field", cbor.dumps({**_TAP_FIELDS, 5: 3})),
        ("button 256", "frame.field", cbor.dumps({**_TAP_FIELDS, 6: 256})),
        ("a depth that is bytes", "frame.field", cbor.dumps({**_TAP_FIELDS, 7: b"\x00"})),
    ]


def _bad_healths() -> list[tuple[str, str, bytes]]:
    return [
        ("a tap's fields read as a report", "frame.kind", cbor.dumps(_TAP_FIELDS)),
        ("a report without its number", "frame.field", cbor.dumps({0: frames.KIND_HEALTH, 1: 1})),
        ("a negative uptime", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 3: -1})),
        ("a version that is a number", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 4: 1})),
        ("a version of 17 characters", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 4: "x" * 17})),
        ("faults that are no list", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 5: 1})),
        ("nine faults", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 5: [1] * 9})),
        ("a fault that is text", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 5: ["chip.absent"]})),
        ("a signal of -128 dBm", "frame.field", cbor.dumps({**_HEALTH_FIELDS, 18: -128})),
    ]


def _bad_receipts() -> list[tuple[str, str, bytes]]:
    return [
        ("a tap's fields signed as a receipt", "frame.kind", cbor.dumps(_TAP_FIELDS)),
        ("no code", "frame.field", cbor.dumps({0: frames.KIND_RECEIPT, 1: 1, 2: 17})),
        ("code 256", "frame.field", cbor.dumps({**_RECEIPT_FIELDS, 3: 256})),
        ("a negative number", "frame.field", cbor.dumps({**_RECEIPT_FIELDS, 4: -1})),
        ("a wait of 2^32 minutes", "frame.field", cbor.dumps({**_RECEIPT_FIELDS, 6: 1 << 32})),
        ("a desk that is a number", "frame.field", cbor.dumps({**_RECEIPT_FIELDS, 8: 3})),
    ]
