"""Pins how blocks are painted: without gaps on any terminal, letters among them in bold."""

from luot_controller.screen.ink import inked


def test_whole_blocks_have_a_ground_and_halves_have_none() -> None:
    """A whole block in its own colour before and behind; a half would fill its cell with it."""
    line = inked("██▀ 5▄", "$called")
    assert "██▀ 5▄" == line.plain
    assert [
        ("██", "$called on $called"),
        ("▀", "$called"),
        (" 5", "bold $called"),
        ("▄", "$called"),
    ] == [(line.plain[span.start : span.end], span.style) for span in line.spans]


def test_nothing_is_painted_as_nothing() -> None:
    """No text, no ink."""
    assert ("", []) == (inked("", "$called").plain, inked("", "$called").spans)
