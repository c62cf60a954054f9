"""docs/faults.md: the table that a technician reads is what reader and office do."""

from pathlib import Path

from luot_controller.fault_words import fault_words
from luot_controller.language import use
from luot_firmware import feedback, text
from luot_protocol import faults


def test_the_table_is_what_the_code_says(repository: Path) -> None:
    """Each fault in its order, with its light, its sound, and the words of the reader and of `luot status`."""
    use("en")
    lines = (repository / "docs" / "faults.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    expected = [
        [light, sound or "", word, text.status("en", word), fault_words(word)]
        for word, light, sound in ((faults.NAMES[fault], light, sound) for fault, _, light, sound in feedback.FAULTS)
    ]
    wrong_key = faults.NAMES[faults.KEY_WRONG]
    assert [*expected, ["", "", wrong_key, "(office.silent)", fault_words(wrong_key)]] == rows[2:]
