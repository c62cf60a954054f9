"""Faults have one number and one word each, and the word says of which part it is."""

from luot_protocol import faults


def test_numbers_and_words() -> None:
    """Every constant is named, no word twice, each fits into one byte, and its part is shared by its ten."""
    constants = {value for name, value in vars(faults).items() if name.isupper() and isinstance(value, int)}
    assert constants == set(faults.NAMES)
    assert len(constants) == len(set(faults.NAMES.values()))
    assert all(0 < number < 256 for number in constants)
    parts = {number // 10: name.partition(".")[0] for number, name in faults.NAMES.items()}
    assert all(parts[number // 10] == name.partition(".")[0] for number, name in faults.NAMES.items())
    assert len(parts) == len(set(parts.values()))


def test_a_fault_of_a_newer_reader() -> None:
    """It is named by its number."""
    assert ("chip.absent", "fault.200") == (faults.name(faults.CHIP_ABSENT), faults.name(200))
