"""`luot device wifi`: the network that this office's readers join. Takes no password where others could see it."""

import json
import sys
from pathlib import Path
from typing import TextIO

import click

from luot_controller import wifi
from luot_controller.commands.options import data_option
from luot_controller.errors import UsageProblem
from luot_controller.settings import FILE, load_site


@click.command("wifi")
@click.argument("ssid", required=False)
@click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    help="Its first line is the password, - for standard input; default: it is asked for.",
)
@click.option("--open", "is_open", is_flag=True, help="The network has no password.")
@click.option("--forget", "is_forgotten", is_flag=True, help="Readers are provisioned without Wi-Fi from now on.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@data_option
def command(
    ssid: str | None,
    password_file: TextIO | None,
    is_open: bool,
    is_forgotten: bool,
    as_json: bool,
    data: Path,
) -> None:
    """Say which Wi-Fi the readers join, or without SSID show which it is; the password is never shown.

    It counts for each reader that is set up from then on, not for those on cables. The password is in no list of
    processes: it is typed, or read from a file.

    \b
    luot device wifi "One-stop shop"
    luot device wifi "One-stop shop" --password-file wifi.txt
    """
    load_site(data / FILE)  # a folder that is no office is named as such
    if (
        (ssid is not None) + is_forgotten > 1
        or (is_open and password_file)
        or (ssid is None and (is_open or password_file))
    ):
        raise UsageProblem("these options contradict each other", "See luot device wifi --help.")
    if is_forgotten:
        wifi.forget(data)
    elif ssid is not None:
        wifi.save(data, wifi.Wifi(ssid, "" if is_open else _password(password_file)))
    now = wifi.load(data)
    if as_json:
        click.echo(json.dumps({"ssid": None if now is None else now.ssid}))
    else:
        click.echo("readers join no Wi-Fi" if now is None else f"readers join {now.ssid}")


def _password(file: TextIO | None) -> str:
    if file is not None:
        return str(file.readline()).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageProblem("there is no terminal to ask for the password", "Give it with --password-file, - for input.")
    return str(click.prompt("Password", hide_input=True, err=True))
