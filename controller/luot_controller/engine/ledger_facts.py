"""What the ledger says of itself: by which rules it was decided, and which past was put away. Holds fields only."""

from dataclasses import dataclass

from luot_controller.engine.model import Policy, Role


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """What a tap at a reader means, and the desk that it stands on."""

    role: Role
    desk: str | None


@dataclass(frozen=True, slots=True)
class SiteAdopted:
    """From here on the office works by these rules: with them each later decision can be verified and explained.

    `version` is that of the program that decides; `timezone` is an IANA name; services and classes are id to name;
    `tap_age_limit_ms` is the most for which the age of a tap counts.
    """

    at_ms: int
    version: str
    site: str
    timezone: str
    services: dict[str, str]
    classes: dict[str, str]
    readers: dict[str, ReaderPlace]
    tap_age_limit_ms: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class LedgerArchived:
    """The events up to `through` were moved to an archive, and a checkpoint stands for them.

    `hash` is that event's, `state` the digest of the state after it, both hexadecimal. `floors` is the newest tap,
    (boot, seq), by reader key: none up to it will ever count again.
    """

    at_ms: int
    through: int
    hash: str
    state: str
    floors: dict[str, tuple[int, int]]


LedgerFact = SiteAdopted | LedgerArchived
