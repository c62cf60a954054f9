"""Runs the tests of this folder on MicroPython as well, as those of the folder above are."""

from pathlib import Path

import pytest
from surroundings import HERE as ABOVE
from surroundings import run_micropython

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Call the test inside MicroPython when that is its interpreter."""
    callspec = getattr(pyfuncitem, "callspec", None)
    if callspec is None or callspec.params.get("interpreter") != "micropython":
        return None
    done = run_micropython(ABOVE / "on_device.py", HERE, pyfuncitem.module.__name__, pyfuncitem.originalname)
    if done.returncode:
        pytest.fail(f"on MicroPython:\n{done.stdout}{done.stderr}", pytrace=False)
    return True
