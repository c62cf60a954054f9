"""Puts a living hall together around an office that runs: readers, citizens, clerks. Lives nobody's part itself."""

import json
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from luot_controller.errors import UsageProblem
from luot_tools.sim import cards, script
from luot_tools.sim.child import luot
from luot_tools.sim.citizen import Citizen
from luot_tools.sim.clerks import Clerk
from luot_tools.sim.connections import console, watching
from luot_tools.sim.crowd import all_of, let_in, until_first
from luot_tools.sim.fields import Fields
from luot_tools.sim.hall import Hall
from luot_tools.sim.readers import Reader
from luot_tools.sim.site import Site, load_site
from luot_tools.sim.strip import Strip

CARDS = 40

Say = Callable[[str], None]


async def live(
    data: Path,
    *,
    seed: int,
    desks: Sequence[str] | None,
    people_per_hour: float | None,
    say: Say,
    tell: Say,
    on_living: Callable[[], None] = lambda: None,
    strip: Path | None = None,
) -> None:
    """Live in the office of this data folder until cancelled.

    `desks` have simulated clerks; None: all. `people_per_hour` in office time; None: what the desks can bear. `say`
    gets what citizens do, `tell` what is started or fails. The hall's cards and flash folders are kept in `data/sim`.
    `strip` is a file that always holds the hall in three lines, see strip.py.
    Raises LuotError when a part cannot be started.
    """
    site = load_site(data)
    desks = list(site.desks) if desks is None else desks
    if unknown := [desk for desk in desks if desk not in site.desks]:
        raise UsageProblem(f"desk {unknown[0]} is not in the site file", f"Desks there: {', '.join(site.desks)}.")
    folder = data / "sim"
    folder.mkdir(exist_ok=True)
    async with AsyncExitStack() as parts:
        scene = await parts.enter_async_context(watching(data, tell))
        pool = await _cards(data, folder, seed)
        fields = await parts.enter_async_context(Fields(site.readers))
        tell(f"starting {len(site.readers)} readers: {', '.join(site.readers)}")
        readers = [Reader(field, folder / name, fields.port, tell) for name, field in fields.by_reader.items()]
        for reader in readers:
            parts.push_async_callback(reader.stop)
        await all_of(*(reader.start(data) for reader in readers))
        tell(f"{len(pool)} cards are in the tray; clerks at desks: {', '.join(desks) or 'none'}")
        offices = {desk: await parts.enter_async_context(console(data, desk)) for desk in desks}
        clerks = [Clerk(desk, site.desks[desk], office, scene, scene.speed, tell) for desk, office in offices.items()]
        tray = cards.Tray(pool, random.Random(f"tray {seed}"), _rest_s(site, scene.speed))
        hall = Hall(site, scene, fields, tray, scene.speed, say)
        people = script.days(
            seed, site.typical_min, people_per_hour or script.bearable(site.typical_min, len(site.desks))
        )
        on_living()
        try:
            await until_first(
                let_in(people, scene.speed, lambda person: Citizen(hall, person).live()),
                *(clerk.work() for clerk in clerks),
                *(reader.keep() for reader in readers),
                *(() if strip is None else (Strip(hall, fields).keep(strip),)),
            )
        finally:
            tell(hall.summary())


async def _cards(data: Path, folder: Path, seed: int) -> list[cards.Card]:
    """The hall's own cards: those of an earlier hall in this office, or new ones under numbers that are free."""
    file = folder / "cards.csv"
    if not file.exists():
        taken = set(json.loads(await luot("card", "list", "--json", "--data", str(data))))
        free = [number for number in range(1, len(taken) + CARDS + 1) if number not in taken]
        fresh = file.with_suffix(".new")
        cards.write(fresh, cards.make(seed, free[:CARDS]))
        await luot("card", "import", str(fresh), "--data", str(data))
        fresh.replace(file)
    return cards.read(file)


def _rest_s(site: Site, speed: float) -> float:
    """Real seconds that a card rests: a finished card is not taken for a new visit within the drop window."""
    return (site.drop_window_min + 1) * 60 / speed
