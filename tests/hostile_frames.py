"""Frames that nobody must obey, from a seed: what noise, accident and malice make of honest ones. Sends none."""

import random
from collections.abc import Callable, Iterator, Sequence

from luot_protocol import cbor, cose, frames

_MOST_BYTES = 4096
_MOST_NESTED_BYTES = 4000
_NAME_FIELDS = 2
"""Kind, boot and seq are the fields up to this one."""
_WRONG = (True, False, -1, 1 << 60, -(1 << 63), b"?", [], {}, [0] * 9, {1: {2: 3}}, [[1]])
"""Right for no field of a tap or a receipt."""


REPLAYED, MISREAD, FALSE = "replayed", "misread", "false"
"""An honest frame as it was; one that is signed and names its tap, with another field wrong; anything else."""


def hostile_frames(
    seed: int, honest: Sequence[bytes], kid: bytes, key: bytes, direction: bytes
) -> Iterator[tuple[str, bytes]]:
    """Yield (what it is, frame) for ever.

    `honest` are frames of one reader that were taken before, signed with its `key`; of reports all is FALSE.
    """
    script = random.Random(seed)
    payloads = [cbor.loads(frames.parse(frame).payload) for frame in honest]
    named = {frame for frame, fields in zip(honest, payloads, strict=True) if fields[0] != frames.KIND_HEALTH}
    misread: set[bytes] = set()

    def some() -> bytes:
        return script.choice(honest)

    def flipped(frame: bytes) -> bytes:
        spoilt = bytearray(frame)
        for _ in range(script.randint(1, 4)):
            spoilt[script.randrange(len(spoilt))] ^= 1 << script.randrange(8)
        return bytes(spoilt)

    def cut(frame: bytes) -> bytes:
        return frame[: script.randrange(len(frame))]

    def spliced() -> bytes:
        head, tail = some(), some()
        return head[: script.randrange(len(head))] + tail[script.randrange(len(tail)) :]

    def nested(most: int) -> bytes:
        level = script.choice([b"\x81", b"\xd1", b"\xa1\x01", b"\x82\x00", b"\x9b\x00\x00\x00\x00\x00\x00\x00\x01"])
        return level * script.randint(1, max(1, most // len(level)))

    def noise() -> bytes:
        return script.randbytes(script.randrange(60))

    def no_map() -> bytes:
        return bytes(cbor.dumps(script.choice(_WRONG)))

    def signed(payload: bytes) -> bytes:
        return bytes(cose.seal(payload, kid, key, direction))

    def wrong_field() -> bytes:
        fields = dict(script.choice(payloads))
        at = script.choice(sorted(fields))
        fields[at] = script.choice(_WRONG)
        frame = signed(cbor.dumps(fields))
        if fields[0] == frames.KIND_TAP and at > _NAME_FIELDS:
            misread.add(frame)
        return frame

    makers: list[Callable[[], bytes]] = [
        lambda: script.randbytes(script.randrange(frames.MAX_BYTES)),
        lambda: flipped(some()),
        lambda: cut(some()),
        spliced,
        lambda: some() + script.randbytes(script.randint(frames.MAX_BYTES, _MOST_BYTES)),
        lambda: nested(_MOST_NESTED_BYTES if script.randrange(8) == 0 else frames.MAX_BYTES),
        lambda: some().replace(kid, script.randbytes(len(kid)), 1),
        lambda: some()[: -cose.MAC_BYTES] + script.randbytes(cose.MAC_BYTES),
        lambda: signed(script.choice([noise, no_map, lambda: nested(60)])()),
        wrong_field,
        some,
    ]
    while True:
        frame = script.choice(makers)()
        yield REPLAYED if frame in named else MISREAD if frame in misread else FALSE, frame
        misread.clear()
