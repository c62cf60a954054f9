"""A link's bytes become a Tap: which reader signed them, is the signature right, which card, which service, since when.

What is not authentic raises ProtocolError; what is authentic becomes a Tap, also where it will be refused, or a Report.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from luot_controller.engine.commands import Tap
from luot_controller.engine.model import Role
from luot_protocol import codes, frames, office_frames
from luot_protocol.errors import ProtocolError


class Key(NamedTuple):
    """What a kid stands for."""

    reader: str
    key: bytes


class Preset(NamedTuple):
    """What the site file says of a reader. `choices[n]` is (service, class) of button n; 0 is no button.

    At a drop-off reader the buttons are `faces`, the first the best.
    """

    role: Role
    choices: Sequence[tuple[str | None, str | None]]
    desk: str | None
    faces: int = 0


class Verified(NamedTuple):
    """An authentic tap, with what its receipt must be signed with, and the reader's own word on its outbox.

    card: its hash. refusal: the code to refuse it with where a field is not as the protocol says; there is then no more
    of it than its name, and `unsent` is None.
    """

    tap: Tap
    kid: bytes
    key: bytes
    unsent: int | None
    refusal: int | None = None
    card: bytes = b""


class Report(NamedTuple):
    """An authentic report of a reader's health, see luot_protocol.frames.HEALTH."""

    reader: str
    kid: bytes
    health: dict[str, Any]


class TapReader:
    """Everything that is known of readers and cards, as plain tables that may be exchanged while running."""

    def __init__(self, presets: Mapping[str, Preset], age_limit_ms: int, speed: float = 1.0) -> None:
        self.presets = presets
        self.age_limit_ms = age_limit_ms
        self._speed = speed
        self.keys: Mapping[bytes, Key] = {}
        self.cards: dict[bytes, int] = {}

    def read(self, frame: bytes, arrived_ms: int) -> Verified | Report:
        """Verify one frame that arrived at `arrived_ms` (office time).

        Raises ProtocolError: `frame.size`, `cbor.*`, `cose.*` for bytes that are no frame, `frame.kid` for a reader
        that is not known, `frame.mac` for a wrong signature, `frame.reader` for one that the site file has dropped.
        """
        envelope = frames.parse(frame)
        known = self.keys.get(envelope.kid)
        if known is None:
            raise ProtocolError("frame.kid", envelope.kid.hex())
        try:
            kind, meaning = office_frames.read_up(envelope, known.key)
        except office_frames.MalformedTap as malformed:
            return self._refused(known, envelope.kid, malformed, arrived_ms)
        preset = self._preset(known.reader)
        if kind == frames.KIND_HEALTH:
            return Report(known.reader, envelope.kid, meaning)
        return self._verified(known, envelope.kid, preset, meaning, arrived_ms)

    def handed_in(self, reader: str, kid: bytes, taps: Iterable[frames.Tap], at_ms: int) -> list[Verified]:
        """The taps that were read out of a reader's flash by somebody with the right to say so; no frame holds them.

        Raises ProtocolError `frame.reader` for one that the site file does not have.
        """
        preset = self._preset(reader)
        return [self._verified(Key(reader, b""), kid, preset, tap, at_ms) for tap in taps]

    def _verified(self, known: Key, kid: bytes, preset: Preset, tap: frames.Tap, arrived_ms: int) -> Verified:
        service, class_id = preset.choices[tap.button] if tap.button < len(preset.choices) else (None, None)
        face = tap.button if tap.button <= preset.faces else -1
        return Verified(
            Tap(
                known.reader,
                kid.hex(),
                tap.boot,
                tap.seq,
                self.cards.get(tap.card),
                arrived_ms - self._age_ms(tap.age_ms),
                tap.age_ms is not None,
                preset.role,
                service,
                class_id,
                preset.desk,
                face=face if preset.role is Role.DROPOFF and face else None,
            ),
            kid,
            known.key,
            tap.depth,
            card=bytes(tap.card),
        )

    def _refused(self, known: Key, kid: bytes, malformed: office_frames.MalformedTap, arrived_ms: int) -> Verified:
        role = self._preset(known.reader).role
        tap = Tap(
            known.reader, kid.hex(), malformed.boot, malformed.seq, None, arrived_ms, False, role, None, None, None
        )
        return Verified(tap, kid, known.key, None, codes.MALFORMED)

    def _preset(self, reader: str) -> Preset:
        preset = self.presets.get(reader)
        if preset is None:
            raise ProtocolError("frame.reader", reader)
        return preset

    def _age_ms(self, real_ms: int | None) -> int:
        # Unknown after a power loss: such a tap ranks by arrival.
        return 0 if real_ms is None else min(int(real_ms * self._speed), self.age_limit_ms)
