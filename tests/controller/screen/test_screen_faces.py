"""Pins the faces of digits drawn by hand: complete, and in their grid."""

import pytest

from luot_controller.screen.faces import LARGE, SMALL


@pytest.mark.parametrize("face", [LARGE, SMALL], ids=["large", "small"])
def test_every_digit_is_drawn_in_its_grid(face: dict[str, tuple[str, ...]]) -> None:
    """Ten digits and the dash, all of one size, no two alike."""
    assert set("0123456789-") == set(face)
    assert 1 == len({tuple(map(len, rows)) for rows in face.values()})
    assert 11 == len(set(face.values()))
