"""`luot device files`: the files of one board, by hand. What a reader carries comes with setup."""

import json
import sys
from pathlib import Path

import click

from luot_tools.device import files
from luot_tools.device.commands.options import ProgressLine, baud_option, board_at, json_option, port_option


@click.group("files")
def command() -> None:
    """List, read, write, remove and compare files on a board. A program that runs there is stopped."""


@command.command("list")
@click.argument("folder", default="")
@port_option
@baud_option
@json_option
def list_(folder: str, port: str | None, baud: int, as_json: bool) -> None:
    """List what is in FOLDER and below it, with sizes in bytes."""
    with board_at(port, baud) as board:
        entries = files.listed(board, folder.strip("/"), deep=True)
    if as_json:
        click.echo(json.dumps([{"path": entry.path, "size": entry.size} for entry in entries]))
        return
    for entry in entries:
        click.echo(f"{'folder' if entry.size is None else entry.size:>10}  {entry.path}")


@command.command("read")
@click.argument("path")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output.")
@port_option
@baud_option
def read(path: str, out: Path | None, port: str | None, baud: int) -> None:
    """Read the file PATH of the board; it comes whole or not at all."""
    line = ProgressLine()
    with board_at(port, baud) as board:
        data = files.read(board, path, line)
    line.clear()
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(data)


@command.command("write")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("path", required=False)
@port_option
@baud_option
def write(file: Path, path: str | None, port: str | None, baud: int) -> None:
    """Write FILE to the board as PATH, by default under its own name; what is so already is not written."""
    line = ProgressLine()
    with board_at(port, baud) as board:
        was_written = files.write(board, path or file.name, file.read_bytes(), line)
    line.clear()
    click.echo(f"{path or file.name}: {'written' if was_written else 'is so already'}")


@command.command("remove")
@click.argument("paths", nargs=-1, required=True)
@port_option
@baud_option
def remove(paths: tuple[str, ...], port: str | None, baud: int) -> None:
    """Remove PATHS from the board, folders with all that is in them."""
    with board_at(port, baud) as board:
        for path in paths:
            click.echo(f"{path}: {'removed' if files.remove(board, path) else 'is not there'}")


@command.command("sync")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--delete", is_flag=True, help="Remove from the board what is not in FOLDER's own folders.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@port_option
@baud_option
def sync(folder: Path, delete: bool, dry_run: bool, port: str | None, baud: int) -> None:
    """Bring all files of FOLDER to the board; only what differs there, by its hash, is sent."""
    wanted = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    owned = sorted({path.split("/")[0] for path in wanted if "/" in path}) if delete else []
    line = ProgressLine()
    with board_at(port, baud) as board:
        change = files.compare(board, wanted, owned=owned)
        for path in change.remove:
            click.echo(f"{path}: {'would be ' if dry_run else ''}removed")
        for path, data in change.write.items():
            click.echo(f"{path}: {len(data)} bytes {'would be ' if dry_run else ''}written")
        if not dry_run:
            files.apply(board, change, line)
    line.clear()
