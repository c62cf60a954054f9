"""Runs device code on a real MicroPython, beside CPython or alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from surroundings import CARD_KEY, HERE, KEY, KID, USERS, Hall, Mosquitto, Office, Reader, run_micropython


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says ALSO_ON_MICROPYTHON has each of its tests run on both interpreters."""
    if getattr(metafunc.module, "ALSO_ON_MICROPYTHON", False):
        metafunc.fixturenames.append("interpreter")
        both = ["cpython", pytest.param("micropython", marks=pytest.mark.real)]
        metafunc.parametrize("interpreter", both)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call the test inside MicroPython when that is its interpreter."""
    if not hasattr(pyfuncitem, "callspec") or pyfuncitem.callspec.params.get("interpreter") != "micropython":
        return None
    folder = pyfuncitem.funcargs.get("folder")
    arguments = [] if folder is None else [folder]
    done = run_micropython(HERE / "on_device.py", HERE, pyfuncitem.module.__name__, pyfuncitem.originalname, *arguments)
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
