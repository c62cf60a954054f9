"""Pins the faces of the large number: complete, in their grid, and the largest that fits."""

import pytest

from luot_controller.screen.faces import _FACES, largest


@pytest.mark.parametrize("face", [face for face, _gap in _FACES], ids=["large", "small"])
def test_every_digit_is_drawn_in_its_grid(face: dict[str, tuple[str, ...]]) -> None:
    """Ten digits and the dash, all of one size, no two alike."""
    assert set("0123456789-") == set(face)
    assert 1 == len({tuple(map(len, rows)) for rows in face.values()})
    assert 11 == len(set(face.values()))


@pytest.mark.parametrize(
    ("text", "width", "height", "size"),
    [
        ("17", 33, 5, (14, 5)),
        ("128", 33, 5, (22, 5)),
        ("1234", 33, 5, (30, 5)),
        ("12345", 33, 5, (19, 3)),
        ("17", 53, 10, (28, 10)),
        ("17", 53, 9, (14, 5)),
        ("17", 60, 3, (7, 3)),
        ("17", 60, 6, (14, 5)),
        ("123456789012", 33, 5, None),
        ("1", 2, 2, None),
        ("1", 0, 0, None),
    ],
)
def test_the_largest_that_fits(text: str, width: int, height: int, size: tuple[int, int] | None) -> None:
    """Whole steps of the large face, then the small one, then nothing: the caller shows plain text."""
    rows = largest(text, width, height)
    assert size == (None if rows is None else (len(rows[0]), len(rows)))
    assert rows is None or {len(rows[0])} == set(map(len, rows))


def test_a_digit_enlarged_keeps_its_shape() -> None:
    """Twice as large: every half cell becomes two by two of them."""
    assert ["▄████▄", "██  ██", "██  ██", "██  ██", "▀████▀"] == largest("0", 6, 5)
    doubled = largest("0", 12, 10)
    assert doubled is not None
    assert ["  ████████  ", "████████████", "████    ████"] == doubled[:3]
