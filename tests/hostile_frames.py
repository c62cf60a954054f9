"""Frames that nobody must obey, from a seed: what noise, accident and malice make of honest ones. Sends none."""

import random
from collections.abc import Callable, Iterator, Sequence

from luot_protocol import cbor, cose, frames

_MOST_BYTES = 4096
_MOST_NESTED_BYTES = 4000
_WRONG = (True, False, -1, 1 << 60, -(1 << 63), b"?", [], {}, [0] * 9, {1: {2: 3}}, [[1]])
"""Right for no field of any frame."""


def hostile_frames(seed: int, honest: Sequence[bytes], kid: bytes, key: bytes, direction: bytes) -> Iterator[bytes]:
    """Yield them for ever; `honest` are frames of one reader that were settled before, signed with its `key`.

    Only what is in `honest` itself, played back, is authentic and well formed.
    """
    script = random.Random(seed)
    payloads = [cbor.loads(frames.parse(frame).payload) for frame in honest]

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

    def fields() -> bytes:
        wrong = dict(script.choice(payloads))
        at = script.choice(sorted(wrong))
        wrong[at] = script.choice(_WRONG)
        return bytes(cbor.dumps(wrong))

    def no_map() -> bytes:
        return bytes(cbor.dumps(script.choice(_WRONG)))

    def malformed() -> bytes:
        payload = script.choice(
            [fields, fields, no_map, lambda: script.randbytes(script.randrange(60)), lambda: nested(60)]
        )
        return bytes(cose.seal(payload(), kid, key, direction))

    makers: list[Callable[[], bytes]] = [
        lambda: script.randbytes(script.randrange(frames.MAX_BYTES)),
        lambda: flipped(some()),
        lambda: cut(some()),
        spliced,
        lambda: some() + script.randbytes(script.randint(frames.MAX_BYTES, _MOST_BYTES)),
        lambda: nested(_MOST_NESTED_BYTES if script.randrange(8) == 0 else frames.MAX_BYTES),
        lambda: some().replace(kid, script.randbytes(len(kid)), 1),
        lambda: some()[: -cose.MAC_BYTES] + script.randbytes(cose.MAC_BYTES),
        malformed,
        some,
    ]
    while True:
        yield script.choice(makers)()
