"""Runs device code on a real MicroPython and on its littlefs, beside CPython or alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from surroundings import CARD_KEY, HEAP, HERE, KEY, KID, USERS, Hall, Mosquitto, Office, Reader, run_micropython

HEAP_WITH_CHIP = "256k"
"""For a test, and the model of the flash that it works on."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says ALSO_ON_MICROPYTHON has each of its tests run on both interpreters.

    One that says ALSO_ON_LITTLEFS has its tests with a folder run on MicroPython once more, in that filesystem.
    """
    if getattr(metafunc.module, "ALSO_ON_MICROPYTHON", False):
        wanted = ["cpython", pytest.param("micropython", marks=pytest.mark.real)]
        if getattr(metafunc.module, "ALSO_ON_LITTLEFS", False) and "folder" in metafunc.fixturenames:
            wanted.append(pytest.param("littlefs", marks=pytest.mark.real))
        metafunc.fixturenames.append("interpreter")
        metafunc.parametrize("interpreter", wanted)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call the test inside MicroPython when that is its interpreter."""
    callspec = getattr(pyfuncitem, "callspec", None)
    interpreter = callspec.params.get("interpreter", "cpython") if callspec else "cpython"
    if interpreter == "cpython":
        return None
    call, heap = [pyfuncitem.module.__name__, pyfuncitem.originalname], HEAP
    folder = pyfuncitem.funcargs.get("folder")
    if interpreter == "littlefs":
        call, heap = ["on_littlefs", "run", *call, f"{folder}/flash.img"], HEAP_WITH_CHIP
    elif folder is not None:
        call.append(folder)
    done = run_micropython(HERE / "on_device.py", HERE, *call, heap=heap)
    if done.returncode:
        pytest.fail(f"on MicroPython:\n{done.stdout}{done.stderr}", pytrace=False)
    return True


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """An empty folder, as text since MicroPython has no pathlib."""
    return str(tmp_path)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real broker."""
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Mosquitto(folder)
    yield broker
    broker.stop()


@pytest.fixture
def office(mosquitto: Mosquitto) -> Iterator[Office]:
    """A controller at that broker which answers every tap."""
    controller = Office(mosquitto.port)
    yield controller
    controller.stop()


@pytest.fixture
def hall() -> Iterator[Hall]:
    """The stand-in for card chip and light."""
    stand_in = Hall()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def reader(tmp_path: Path, mosquitto: Mosquitto, hall: Hall) -> Iterator[Reader]:
    """A provisioned reader, not yet started."""
    flash = tmp_path / "flash"
    flash.mkdir()
    settings = {
        "reader": "entry-1",
        "site": "demo",
        "role": "entry",
        "kid": KID.hex(),
        "key": KEY.hex(),
        "card_key": CARD_KEY.hex(),
        "link": "entry-1",
        "host": "127.0.0.1",
        "port": mosquitto.port,
        "user": "entry-1",
        "password": USERS["entry-1"],
        "language": "vi",
        "hall": hall.address,
    }
    (flash / "settings.json").write_text(json.dumps(settings))
    process = Reader(flash)
    yield process
    process.kill()
