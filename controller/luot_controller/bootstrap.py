"""The composition root: the only place that names implementations and puts them together into an office."""

import fcntl
import os
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from luot_controller import settings
from luot_controller.access import CONTROLLER, SUPERVISOR, Access, load
from luot_controller.broker.choice import Broker, free_port, open_broker
from luot_controller.broker.users import User, credentials
from luot_controller.engine.events import Fact
from luot_controller.engine.ledger_facts import SiteAdopted
from luot_controller.errors import DataFolderMissing, OfficeRunning, UsageProblem
from luot_controller.ingest.taps import TapReader
from luot_controller.mqtt import Connection, Will
from luot_controller.service.clock import OfficeClock, wall_ms
from luot_controller.service.loop import SUBSCRIPTIONS, Office
from luot_controller.service.turn import Turn
from luot_controller.settings import load_site
from luot_controller.site_rows import Site
from luot_controller.site_watch import SiteWatch, in_force
from luot_controller.store.port import Recovered, Registry, Store
from luot_controller.store.sqlite import SqliteStore
from luot_controller.store.sqlite_file import FILE
from luot_controller.store.sqlite_past import SqlitePast
from luot_protocol import topics

DEFAULT_PORT = 1883
FIRST_CONNECTION_S = 10.0

_LOST = b'{"state":"lost"}'


@contextmanager
def open_registry(data: Path) -> Iterator[Registry]:
    """The cards and keys of a data folder, for a technician's command; an office may be running on it."""
    if not (data / settings.FILE).exists():
        raise DataFolderMissing(f"{data} holds no office", "Start one there first: luot office --data FOLDER")
    store = SqliteStore(data)
    try:
        yield store
    finally:
        store.close()


def run_office(
    data: Path,
    *,
    stopping: threading.Event,
    inbox: "queue.SimpleQueue[Any]",
    site_file: Path | None = None,
    url: str | None = None,
    port: int | None = None,
    broker_kind: str | None = None,
    speed: float = 1.0,
    on_ready: Callable[[Site, Access, str], None],
    on_fact: Callable[[Fact], None],
) -> None:
    """Run an office until `stopping` is set; `on_ready` is told the site, the way in and which broker it is.

    `inbox` is where its messages go; put None into it after setting `stopping`, and the office looks up at once.
    With `url` the broker is somebody else's; else one is started and kept alive. `port` 0 takes a free one; None the
    one used last, or 1883. `site_file` is kept in the folder once it is found fit. Raises OfficeRunning when another
    controller has this data folder, and what parts raise.
    """
    with ExitStack() as parts:
        parts.enter_context(_sole_owner(data))
        source = site_file or _own_site_file(data)
        site = load_site(source)
        store = SqliteStore(data)
        parts.callback(store.close)
        settings.check_in_use(source, site, store.recover(site.policy()).state, store.cards().values())
        _keep_site_file(data, source)
        adopt(site, store, speed)

        broker = None
        if url is None:
            access, broker = _embedded_broker(data, site, port, broker_kind)
            parts.callback(broker.stop)
            broker.start()
        else:
            access = Access.from_url(url)
            if access.site != site.site.id:
                problem = f"this address is for the site {access.site}, the site file is of {site.site.id}"
                raise UsageProblem(problem, "Give the address, or the site file, of the same site.")

        connection = Connection(
            access,
            f"{CONTROLLER}-{secrets.token_hex(4)}",
            on_message=inbox.put,
            on_state=inbox.put,
            subscriptions=[
                topics.build(site.site.id, name, "+" if "{id}" in topics.BY_NAME[name].pattern else None)
                for name in SUBSCRIPTIONS
            ],
            will=Will(topics.build(site.site.id, "office"), _LOST),
            manual_ack=True,
        )
        parts.callback(connection.stop)

        def admit(changed: Site) -> None:
            if broker is not None:
                broker.reload(_users(data, changed, access.port))

        rules = in_force(site)
        office = Office(
            site.site.id,
            rules.fields,
            rules.policy,
            store,
            connection,
            inbox,
            TapReader(rules.presets, rules.age_limit_ms, speed),
            dict(rules.readers),
            speed,
            on_fact=on_fact,
            on_pulse=None if broker is None else broker.ensure,
            site_file=SiteWatch(data / settings.FILE, site, lambda: store.cards().values(), admit),
            hours=rules.hours,
        )
        office.keep_house()
        connection.start()
        connection.wait_connected(FIRST_CONNECTION_S)
        on_ready(site, access, "another's" if broker is None else broker.kind)
        office.run(stopping)


def adopt(site: Site, store: Store, speed: float = 1.0) -> None:
    """Enter into the ledger by which rules it goes on, where they are other ones than before."""
    recovered = store.recover(site.policy())
    now_ms = OfficeClock(recovered.state.at_ms, recovered.wall_ms, speed).now_ms()
    known, fresh = store.adopted(), site.adopted(now_ms, version("luot"))
    if known is None or replace(known, at_ms=now_ms) != fresh:
        turn = Turn(now_ms)
        turn.enter(recovered.state, [fresh])
        store.commit(turn.batch(recovered.state, recovered.published), wall_ms())


@contextmanager
def open_past(data: Path, untouched: bool = False) -> Iterator[SqlitePast]:
    """The ledger of a data folder as it is now, to be read; `data` may also be a ledger's file, such as a copy.

    `untouched`: as in store.sqlite_file.open_to_read.
    """
    path = data if data.is_file() else data / FILE
    if not path.is_file():
        raise DataFolderMissing(f"{data} holds no ledger", "Name the data folder of an office with --data.")
    past = SqlitePast(path, untouched)
    try:
        yield past
    finally:
        past.close()


def rules_of(data: Path) -> tuple[str, SiteAdopted]:
    """The language and the rules of a data folder's site file; the sample's where it has none, as beside a copy."""
    path = data / settings.FILE
    site = load_site(path) if path.exists() else settings.parse_site(settings.sample_site())
    return site.site.language, site.adopted(0, version("luot"))


@contextmanager
def open_sole_store(data: Path, rules: SiteAdopted) -> Iterator[tuple[Store, Recovered, int]]:
    """The store of a closed office, as its only writer, what it holds, and the time; raises OfficeRunning."""
    if not (data / FILE).is_file():
        raise DataFolderMissing(f"{data} holds no ledger", "Name the data folder of an office with --data.")
    with _sole_owner(data):
        store = SqliteStore(data)
        try:
            yield store, store.recover(rules.policy), wall_ms()
        finally:
            store.close()


def _own_site_file(data: Path) -> Path:
    """The data folder's site file; a copy of the sample where there is none yet."""
    path = data / settings.FILE
    if not path.exists():
        path.write_text(settings.sample_site(), encoding="utf-8")
    return path


def _keep_site_file(data: Path, source: Path) -> None:
    path = data / settings.FILE
    if not path.exists() or not source.samefile(path):
        fresh = path.with_suffix(".new")
        fresh.write_bytes(source.read_bytes())
        fresh.replace(path)


def _embedded_broker(data: Path, site: Site, port: int | None, kind: str | None) -> tuple[Access, Broker]:
    users = _users(data, site, _port(data, port))
    access = users[CONTROLLER].access
    return access, open_broker(data, users, port=access.port, prefer=kind)


def _users(data: Path, site: Site, port: int) -> dict[str, User]:
    return credentials(
        data,
        site.site.id,
        consoles=[SUPERVISOR, *(f"desk-{row.id}" for row in site.desks)],
        links=[row.id for row in site.readers],
        integrators=[row.id for row in site.integrators],
        port=port,
    )


def _port(data: Path, port: int | None) -> int:
    if port is not None:
        return port or free_port()
    try:
        return load(data, CONTROLLER).port
    except DataFolderMissing:
        return DEFAULT_PORT


@contextmanager
def _sole_owner(data: Path) -> Iterator[None]:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(data / "office.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        problem = f"{data} cannot be a data folder: {error.strerror}"
        raise UsageProblem(problem, "Give a folder that can be written with --data.") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OfficeRunning(
                f"an office is running on {data} already",
                "Stop it first, or give this one a folder of its own with --data.",
            ) from None
        yield
    finally:
        os.close(lock)
