"""luot_protocol.codes: numbers on the wire, words everywhere else."""

from luot_protocol import codes


def test_every_code_has_one_word() -> None:
    """Each constant is in NAMES under its own name in small letters, and no two share a number."""
    constants = {name: value for name, value in vars(codes).items() if name.isupper() and isinstance(value, int)}
    assert {value: name.lower() for name, value in constants.items()} == codes.NAMES
    assert len(constants) == len(codes.NAMES)
    assert all(0 < code <= 255 for code in codes.NAMES)


def test_refusals_start_at_64() -> None:
    """A reader tells an answer from a refusal without knowing the code."""
    assert {"unknown_card", "too_old", "unknown_button"} <= {codes.name(c) for c in codes.NAMES if codes.is_refusal(c)}
    assert not codes.is_refusal(63)
    assert codes.is_refusal(64)
    assert codes.is_refusal(200)


def test_a_newer_code_is_named_by_its_number() -> None:
    """An older reader can still show something."""
    assert "code_200" == codes.name(200)
    assert "opened" == codes.name(codes.OPENED)
