"""Are the site file and the access files whole, and readable by nobody else. Shows no password and mends nothing."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from luot_controller import access, settings
from luot_controller.access import CONTROLLER, SUPERVISOR, WATCH
from luot_controller.doctor.finding import Finding, fail, ok, warn
from luot_controller.errors import LuotError, UsageProblem
from luot_controller.language import _
from luot_controller.site_rows import Site

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_site(data: Path) -> tuple[Site | None, LuotError | None]:
    """The site file; None where there is none yet, and where it cannot be used, with what is wrong with it."""
    path = data / settings.FILE
    try:
        return (settings.load_site(path) if path.exists() else None), None
    except LuotError as problem:
        return None, problem
    except OSError as error:
        return None, UsageProblem(f"{path}: {error.strerror}", _owner())


def look(data: Path, site: Site | None, problem: LuotError | None) -> Iterator[Finding]:
    """Of a data folder, in which an office has run or not; the first two as read_site gives them."""
    yield _site(data / settings.FILE, site, problem)
    folder = data / "access"
    if not folder.exists():
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield fail("access.unreadable", _("{file} may not be read").format(file=folder), _owner())
        return
    names = sorted(file.stem for file in folder.glob("*.json"))
    found = [*_opened(data, names), *_secret([folder, *folder.glob("*.json"), data / "broker", *data.glob("*.sqlite")])]
    missing = sorted(_wanted(site) - set(names))
    if missing:
        what = _("no access file yet for {names}").format(names=", ".join(missing))
        found.append(warn("access.missing", what, _("The office's next start, or luot site reload, makes them.")))
    yield from found
    if not found:
        yield ok("access", _("{count} access files, readable by their owner only").format(count=len(names)))


def _site(path: Path, site: Site | None, problem: LuotError | None) -> Finding:
    if problem is not None:
        return fail("site.invalid", problem.subject, problem.hint)
    if site is None:
        return ok("site.none", _("no office has run here yet; its first start writes {file}").format(file=path))
    told = _("{file}: {desks} desks, {readers} readers")
    return ok("site", told.format(file=path, desks=len(site.desks), readers=len(site.readers)))


def _wanted(site: Site | None) -> set[str]:
    names = {CONTROLLER, WATCH}
    if site is not None:
        names |= {SUPERVISOR, *(f"desk-{row.id}" for row in site.desks)}
        names |= {row.id for row in site.readers} | {row.id for row in site.integrators}
    return names


def _opened(data: Path, names: list[str]) -> Iterator[Finding]:
    ways = set()
    for name in names:
        try:
            way = access.load(data, name)
        except OSError:
            path = data / "access" / f"{name}.json"
            yield fail("access.unreadable", _("{file} may not be read").format(file=path), _owner())
        except LuotError as problem:
            yield fail("access.broken", problem.subject, problem.hint)
        else:
            ways.add((way.site, way.host, way.port))
    if len(ways) > 1:
        told = "; ".join(f"{host}:{port}/{site}" for site, host, port in sorted(ways))
        what = _("the access files name different offices: {ways}").format(ways=told)
        yield warn("access.different", what, _("Start the office once, which brings them up to date; copy them again."))


def _secret(paths: list[Path]) -> Iterator[Finding]:
    """The ledger is among them: it holds the readers' keys."""
    for path in paths:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
            mode = "700" if path.is_dir() else "600"
            what = _("others on this machine can read {file}").format(file=path)
            yield warn("access.open", what, f"chmod {mode} {path}")


def _owner() -> str:
    return _("Run this as the office's user, or give it the folder: chown.")
