"""What a step of the tour claims, against what the office has published. Knows no office."""

from luot_controller.errors import LuotError


class Untrue(LuotError):
    """Raised when a claim of the tour does not hold."""

    code = "tour.untrue"


def claim(what: str, expected: object, actual: object) -> None:
    """Raise Untrue unless both are the same."""
    if expected != actual:
        raise Untrue(
            f"{what}: expected {expected}, found {actual}",
            "This is a defect of Luot, or of this machine: run it once more, and report it with the lines above.",
        )


def claim_that(what: str, is_so: bool) -> None:
    """Raise Untrue unless it is so."""
    claim(what, True, is_so)
