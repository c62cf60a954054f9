"""What the line can be told to do. Imperative; carries everything the decision needs except the state and the time."""

from dataclasses import dataclass, field

from luot_controller.engine.model import Role


@dataclass(frozen=True, slots=True)
class Tap:
    """A card was held to a reader. `number` is None for a card the site does not know.

    `kid` names the reader's key: a reader that is provisioned anew counts its boots from 1 again, under a new key, so
    (kid, boot, seq) is what no two taps share.

    `tap_ms` is when, `aged` whether the reader knew. `service` and `class_id` are the reader's preset or the button's,
    None for a button it does not have; `desk` is the desk a desk reader stands on.
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


@dataclass(frozen=True, slots=True)
class DeskCommand:
    """A clerk's key. `expects` is the desk's version that the clerk saw, `expires_ms` when it lapses."""

    desk: str
    expects: int | None = None
    expires_ms: int | None = None


class CallNext(DeskCommand):
    """Call whoever the order names; a visit served at the desk is finished first."""


class Recall(DeskCommand):
    """Call the same number again."""


class Start(DeskCommand):
    """The citizen is here."""


class Finish(DeskCommand):
    """The citizen is done."""


class NoShow(DeskCommand):
    """Nobody came; the visit is put aside until its card is tapped again."""


class Hold(DeskCommand):
    """Put the visit at the desk aside, for a missing paper or a photocopy; it keeps its key."""


@dataclass(frozen=True, slots=True)
class Resume(DeskCommand):
    """Call a held visit back to this desk, which must be free. `number` is its card's."""

    number: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Transfer(DeskCommand):
    """Send the visit at the desk into the line of another service; it keeps its key."""

    service: str = field(kw_only=True)


class Undo(DeskCommand):
    """Take back this desk's last command, as long as nothing has touched its visits since."""


Command = Tap | DeskCommand
