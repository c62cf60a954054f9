"""Functions about the reader on a board, sent there as source as those of `onboard` are. Change nothing that lasts."""

from typing import Any


def installed() -> dict[str, Any]:
    """What is on the board of ours: is_whole, version and fingerprint of its files, who it is, is_wired; no secret."""
    import json
    import os

    names = os.listdir()
    found: dict[str, Any] = {"is_whole": "main.py" in names and "luot.json" in names and "settings.json" in names}
    for name, keys in (("luot.json", ("version", "files")), ("settings.json", ("reader", "site", "role", "kid"))):
        try:
            with open(name) as file:
                values = json.load(file)
            for key in keys:
                found[key] = str(values[key])
            found["is_wired"] = name == "settings.json" and "host" not in values
        except (OSError, ValueError, KeyError, TypeError):
            for key in keys:
                found[key] = ""
            found["is_wired"] = False
    return found


def load_modules(names: list[str]) -> list[Any]:
    """["", free heap] once all of these modules are loaded, or [name and what it raised, 0] of the first to fail."""
    import gc

    for name in names:
        try:
            __import__(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer names it
            return [name + ": " + type(error).__name__ + " " + str(error), 0]
    gc.collect()
    return ["", gc.mem_free() if hasattr(gc, "mem_free") else 0]


def check_settings() -> str:
    """What the firmware says against settings.json, or nothing."""
    try:
        flash = __import__("luot_firmware.flash").flash
        settings = __import__("luot_firmware.settings").settings
    except ImportError as error:
        return str(error)
    try:
        settings.load(flash.Flash("."))
    except settings.SettingsError as error:
        return str(error)
    return ""


def selftest(nonce: str, card_ms: int) -> str:
    """The reader's signed report on itself, as hex digits; waits so long for a card."""
    import sys

    report: str = __import__("luot_firmware.selftest").selftest.over_serial(nonce, card_ms, sys.argv)
    return report


def try_flash(size: int) -> list[Any]:
    """[is right, ms] of so many bytes written, read back and deleted again."""
    import os

    time: Any = __import__("time")
    began = time.ticks_ms()
    line = bytes(range(256))
    with open("luot-selftest.new", "wb") as file:
        for _ in range(size // 256):
            file.write(line)
    is_right = os.stat("luot-selftest.new")[6] == size
    with open("luot-selftest.new", "rb") as file:
        for _ in range(size // 256):
            is_right = file.read(256) == line and is_right
    os.remove("luot-selftest.new")
    return [is_right, time.ticks_diff(time.ticks_ms(), began)]


def tick_ms(pause_ms: int) -> int:
    """Milliseconds that the board's clock counts in a pause of so many."""
    time: Any = __import__("time")
    began = time.ticks_ms()
    time.sleep_ms(pause_ms)
    passed: int = time.ticks_diff(time.ticks_ms(), began)
    return passed


def blink(seconds: int) -> str:
    """Let the board's light blink; says why it cannot, or nothing."""
    import time

    try:
        pin = __import__("machine").Pin
        light = pin("LED", pin.OUT)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        return str(error)
    for number in range(8 * seconds):
        light.value(number % 2 == 0)
        time.sleep(0.125)
    light.value(0)
    return ""
