"""Is this machine's software what the office was tested with: Python, packages, broker. Installs nothing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from luot_controller.broker.choice import find_broker
from luot_controller.doctor.finding import Finding, fail, ok, warn
from luot_controller.errors import BrokerFailed
from luot_controller.language import _

OLDEST_PYTHON = (3, 11)
OLDEST_MOSQUITTO = (2, 0)

_PIN = re.compile(r"([\w.-]+)==([\w.]+)(?:\s*;\s*(.*))?")
_SAYS_WITHIN_S = 10.0


def look() -> Iterator[Finding]:
    """All three."""
    yield _python(sys.version_info[:3])
    yield from _packages()
    yield _broker()


def _python(version: tuple[int, ...]) -> Finding:
    have, need = ".".join(map(str, version)), ".".join(map(str, OLDEST_PYTHON))
    if version[:2] < OLDEST_PYTHON:
        return fail(
            "python.old", _("Python {have} is too old").format(have=have), _("Install {need}.").format(need=need)
        )
    return ok("python", f"luot {metadata.version('luot')}, Python {have}")


def _packages() -> Iterator[Finding]:
    wrong = 0
    for requirement in metadata.requires("luot") or []:
        pin = _PIN.fullmatch(requirement)
        if pin is None:
            continue
        name, need, only_with = pin.groups()
        try:
            have = metadata.version(name)
        except metadata.PackageNotFoundError:
            if only_with is None:
                wrong += 1
                what = _("the package {name} is missing").format(name=name)
                yield fail("package.missing", what, f"pip install {name}=={need}")
            continue
        if have != need:
            wrong += 1
            what = _("{name} is {have}; tested was {need}").format(name=name, have=have, need=need)
            yield warn("package.other", what, f"pip install {name}=={need}")
    if not wrong:
        yield ok("packages", _("all packages are the ones that were tested"))


def _broker() -> Finding:
    try:
        found = find_broker()
    except BrokerFailed as problem:
        return fail("broker.missing", _("there is no broker on this machine"), problem.hint)
    if found.program is None:
        what = _("amqtt is the broker: for trials and small offices")
        return warn("broker.small", what, "apt-get install mosquitto")
    try:
        done = subprocess.run(
            [found.program, "-h"],
            capture_output=True,
            text=True,
            timeout=_SAYS_WITHIN_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        said = re.search(r"version (\d+)\.(\d+)(\S*)", done.stdout + done.stderr)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        said = None
    if said is None:
        what = _("{program} does not say its version").format(program=found.program)
        return warn("broker.unknown", what, _("Install it anew: {command}").format(command="apt-get install mosquitto"))
    version = f"{said[1]}.{said[2]}{said[3]}"
    if (int(said[1]), int(said[2])) < OLDEST_MOSQUITTO:
        what = _("mosquitto {have} is too old").format(have=version)
        return fail("broker.old", what, _("Install {need}.").format(need="mosquitto 2.0"))
    return ok("broker", f"mosquitto {version}")
