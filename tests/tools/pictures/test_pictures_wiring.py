"""The wiring that is drawn is the one that the firmware drives."""

import re

import pytest

from luot_tools.pictures import wiring

BOARDS = [
    ("wiring-pico.svg", "rp2", "PINS", "GP"),
    ("wiring-esp32-s3.svg", "esp32", "_S3", "GPIO"),
    ("wiring-esp32-c3.svg", "esp32", "_C3", "GPIO"),
]


@pytest.mark.parametrize(("name", "module", "pins", "prefix"), BOARDS)
def test_each_pin_is_drawn_once(name: str, module: str, pins: str, prefix: str) -> None:
    """Every number of the board file, and no other."""
    told = wiring.pins(module, pins)
    wanted = [number for key, number in told.items() if key not in ("spi", "buttons") and number is not None]
    shown = [int(number) for number in re.findall(rf">{prefix}(\d+)[,<]", wiring.drawn(name))]
    assert sorted([*wanted, *told["buttons"]]) == sorted(shown)


def test_a_chip_without_a_reset_pin_is_not_held_in_reset() -> None:
    """Where the board has no pin for it, RST is tied to 3.3 V."""
    texts = re.findall(r">([^<]+)</text>", wiring.drawn("wiring-esp32-c3.svg"))
    assert "3V3" == texts[texts.index("RST") - 1]


def test_pins_that_are_not_there() -> None:
    """A name that the board file does not have is an error, not an empty drawing."""
    with pytest.raises(LookupError, match="rp2 has no pins called _S3"):
        wiring.pins("rp2", "_S3")
