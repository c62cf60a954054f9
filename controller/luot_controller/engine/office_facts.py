"""What has happened to taps, desks, cards and the day: entries of the ledger, in the past tense. Holds fields only."""

from luot_controller.engine.records import record


@record
class TapAnswered:
    """A tap was taken; these words went into its receipt (see luot_protocol.codes and frames.Receipt).

    (kid, boot, seq) is the tap's name, which no other tap has.
    """

    at_ms: int
    reader: str
    kid: str
    boot: int
    seq: int
    code: int
    number: int
    visit: int | None = None
    ahead: int | None = None
    lo_min: int | None = None
    hi_min: int | None = None
    desk: str | None = None
    closes_first: bool = False


@record
class TapIgnored:
    """An authentic tap changed nothing, for the reason in `code`; its receipt frees the reader's outbox."""

    at_ms: int
    reader: str
    kid: str
    boot: int
    seq: int
    code: int
    number: int | None


@record
class DeskOpened:
    """The desk calls; `by` is the access that said so."""

    at_ms: int
    desk: str
    by: str


@record
class DeskPaused:
    """The desk calls nobody for a while."""

    at_ms: int
    desk: str
    by: str
    reason: str


@record
class DeskClosed:
    """The desk calls nobody any more."""

    at_ms: int
    desk: str
    by: str


@record
class DayOpened:
    """Visits may be opened and called."""

    at_ms: int
    by: str


@record
class ClosingPlanned:
    """By the opening hours the day that is open will be closed at `closing_ms`; None: they do not say any more."""

    at_ms: int
    closing_ms: int | None


@record
class DayClosed:
    """The day is over: so many visits expired, were finished by it, were kept; so many cards were not back."""

    at_ms: int
    by: str
    expired: int
    finished: int
    kept: int
    cards_out: int


@record
class CardEnrolled:
    """A card that was held to `reader` got this number; which card it is stays in the registry."""

    at_ms: int
    number: int
    reader: str
    by: str


@record
class CardRetired:
    """The card is out of use for good, and its number is free."""

    at_ms: int
    number: int
    by: str
    note: str | None


@record
class CardBlocked:
    """Taps of this card change nothing from now on."""

    at_ms: int
    number: int
    by: str
    note: str | None


@record
class CardUnblocked:
    """The card may be used again."""

    at_ms: int
    number: int
    by: str
