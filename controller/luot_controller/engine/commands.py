"""What the line can be told to do. Imperative; carries everything the decision needs except the state and the time."""

from dataclasses import dataclass, field

from luot_controller.engine.model import Role
from luot_controller.engine.records import record


@record
class Tap:
    """A card was held to a reader. `number` is None for a card the site does not know.

    `kid` names the reader's key: a reader that is provisioned anew counts its boots from 1 again, under a new key, so
    (kid, boot, seq) is what no two taps share.

    `tap_ms` is when, `aged` whether the reader knew. `service` and `class_id` are the reader's preset or the button's,
    None for a button it does not have; `desk` is the desk a desk reader stands on; `face` is the face that was pressed
    at a drop-off reader, from 1, and -1 for one it does not have.
    """

    reader: str
    kid: str
    boot: int
    seq: int
    number: int | None
    tap_ms: int
    aged: bool
    role: Role
    service: str | None = None
    class_id: str | None = None
    desk: str | None = None
    face: int | None = None


@dataclass(frozen=True, slots=True)
class EnrolTap:
    """A card was held to a reader that enrols cards. `given` is the number for it; None where there is none to give."""

    tap: Tap
    given: int | None
    by: str


@dataclass(frozen=True, slots=True)
class DeskCommand:
    """Said to a desk, as a rule by its clerk. `expects` is the desk's version that the sender saw.

    `expires_ms` is when it lapses; `by` is the access that sent it where it was not the desk's own.
    """

    desk: str
    expects: int | None = None
    expires_ms: int | None = None
    by: str | None = None


class CallNext(DeskCommand):
    """Call whoever the order names; a visit served at the desk is finished first, if the site has it so."""


class Recall(DeskCommand):
    """Call the same number again."""


class Start(DeskCommand):
    """The citizen is here."""


class Finish(DeskCommand):
    """The citizen is done here; the visit ends, or goes on to its next service."""


class NoShow(DeskCommand):
    """Nobody came; the visit is put aside until its card is tapped again."""


class Hold(DeskCommand):
    """Put the visit at the desk aside, for a missing paper or a photocopy; it keeps its key."""


@dataclass(frozen=True, slots=True)
class CallVisit(DeskCommand):
    """Call this number out of its turn. The reason stays on record."""

    number: int = field(kw_only=True)
    reason: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Resume(DeskCommand):
    """Call a held visit back to this desk, which must be free. `number` is its card's."""

    number: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Transfer(DeskCommand):
    """Send the visit at the desk into the line of another service, or of one desk alone; it keeps its key.

    `then` are services that follow that one; what was still to come, comes after them.
    """

    service: str | None = field(default=None, kw_only=True)
    to_desk: str | None = field(default=None, kw_only=True)
    then: tuple[str, ...] = field(default=(), kw_only=True)


class Undo(DeskCommand):
    """Take back this desk's last command, as long as nothing has touched its visits since."""


class OpenDesk(DeskCommand):
    """The desk calls, from now on or again."""


@dataclass(frozen=True, slots=True)
class PauseDesk(DeskCommand):
    """The desk calls nobody for a while; who is there is still served."""

    reason: str = field(kw_only=True)


class CloseDesk(DeskCommand):
    """The desk calls nobody any more; it must be free, and who waits for it alone waits for its services again."""


@dataclass(frozen=True, slots=True)
class OfficeCommand:
    """Said to the office: `by` is the access that sent it, `desk` the desk whose clerk did, None for anybody else."""

    by: str
    desk: str | None = None
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class OpenVisit(OfficeCommand):
    """Put a citizen in line, under a number of the reserved range, or of the card that was handed out.

    `services` are those wanted, in turn; `appointed_ms` the appointed time, if there is one.
    """

    services: tuple[str, ...] = field(kw_only=True)
    class_id: str = field(kw_only=True)
    number: int | None = field(default=None, kw_only=True)
    appointed_ms: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class CancelVisit(OfficeCommand):
    """The citizen does not want the turn any more. `own`: only where the same access opened the visit."""

    number: int = field(kw_only=True)
    reason: str | None = field(default=None, kw_only=True)
    own: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class ReturnVisit(OfficeCommand):
    """Put a no-show or a held visit back into line."""

    number: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class BlockCard(OfficeCommand):
    """The card with this number is lost or broken: its taps change nothing until it is found."""

    number: int = field(kw_only=True)
    reason: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class UnblockCard(OfficeCommand):
    """The card is found: it may be used again."""

    number: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ReplaceCard(OfficeCommand):
    """Another card takes over the visit of a lost one, place and all; the lost one is blocked."""

    number: int = field(kw_only=True)
    replacement: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class RetireCard(OfficeCommand):
    """The card is out of use for good: it is the site's no more, and its number is free."""

    number: int = field(kw_only=True)
    reason: str | None = field(default=None, kw_only=True)


class OpenDay(OfficeCommand):
    """Visits may be opened and called, from now on or again."""


class CloseDay(OfficeCommand):
    """The day is over; the site's policy says what becomes of those who are still here."""


Command = Tap | EnrolTap | DeskCommand | OfficeCommand
