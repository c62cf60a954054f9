"""`luot device provision`: a reader's identity: its key, its way in, and the settings file for its flash."""

import json
import os
from pathlib import Path

import click

from luot_controller import wifi
from luot_controller.access import load
from luot_controller.bootstrap import open_registry
from luot_controller.commands.options import data_option
from luot_controller.errors import UsageProblem
from luot_controller.settings import FILE, load_site


@click.command("provision")
@data_option
@click.argument("reader")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The reader's flash folder."
)
@click.option("--keep-key", is_flag=True, help="Keep the key that the reader has; a new one only if it has none.")
@click.option("--wired", is_flag=True, help="It stays on a cable: its frames go to luot device bridge.")
@click.option("--hall", help="On a PC: host:port of the hall that stands in for the card front end.")
def command(data: Path, reader: str, out: Path, keep_key: bool, wired: bool, hall: str | None) -> None:
    """Write settings.json for READER, with a new key; frames under its old key are refused from now on."""
    with open_registry(data) as registry:
        site = load_site(data / FILE)
        row = next((row for row in site.readers if row.id == reader), None)
        if row is None:
            known = ", ".join(row.id for row in site.readers)
            raise UsageProblem(
                f"{reader} is not a reader of the site file", f"Readers there: {known}. Add it and try again."
            )
        access, network = load(data, reader), wifi.load(data)
        fresh = _writable(out / "settings.new")  # first: a folder that takes nothing must not cost the reader its key
        kept = [key for key in registry.reader_keys() if key.reader == reader] if keep_key else []
        card_key, key = registry.card_key(), kept[0] if kept else registry.renew_reader_key(reader)
    settings: dict[str, str | int | dict[str, str]] = {
        "reader": reader,
        "site": site.site.id,
        "role": row.role.value,
        "kid": key.kid.hex(),
        "key": key.key.hex(),
        "card_key": card_key.hex(),
        "link": reader,
        "language": site.site.language,
    }
    if not wired:
        settings |= {"host": access.host, "port": access.port, "user": access.name, "password": access.password}
    if hall is not None:
        settings["hall"] = hall
    elif network is not None and not wired:
        settings["wifi"] = {"ssid": network.ssid, "password": network.password}
    fresh.write_text(json.dumps(settings), encoding="utf-8")
    fresh.replace(out / "settings.json")
    click.echo(f"{reader}: settings written to {out / 'settings.json'}")


def _writable(path: Path) -> Path:
    """An empty file that only we can read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise UsageProblem(
            f"{path.parent} cannot be written: {error.strerror}", "Nothing was changed. Give another folder with --out."
        ) from None
    return path
