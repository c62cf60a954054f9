"""The command `luot`: finds the sub-command, prints its errors, sets the exit code. Does no work of its own.

Each sub-command is imported when it is used, so `luot status` does not pay for the console's screen.
"""

import sys

import click

from luot_controller.commands.lazy import LazyGroup
from luot_controller.errors import ExitCode, LuotError

COMMANDS = {
    "office": ("luot_controller.commands.office", "Run the office: broker, controller, ledger; --demo adds a hall."),
    "console": ("luot_controller.commands.console", "The clerk's screen for one desk."),
    "board": ("luot_controller.commands.board", "The hall's screen: who is called, and where to."),
    "status": ("luot_controller.commands.status", "The office in short."),
    "explain": ("luot_controller.commands.explain", "Why somebody was called when they were, or why not yet."),
    "replay": ("luot_controller.commands.replay", "Recorded days under another policy, beside what was."),
    "verify": ("luot_controller.commands.verify", "Is the ledger whole, and was the order kept?"),
    "ledger": ("luot_controller.commands.ledger", "The ledger's head, to be kept elsewhere; its archive."),
    "desk": ("luot_controller.commands.desk", "Open, pause and close desks."),
    "visit": ("luot_controller.commands.visit", "Open, call, cancel and return visits by number."),
    "day": ("luot_controller.commands.day", "Open and close the day."),
    "site": ("luot_controller.commands.site", "Check the site file, and change it while the office is open."),
    "card": ("luot_controller.commands.card", "Enrol, list, block and replace the cards."),
    "device": ("luot_controller.commands.device", "Set up, flash, provision and look after the readers."),
    "doctor": ("luot_controller.commands.doctor", "Can the office serve, and what must be done first?"),
    "sim": ("luot_tools.sim.command", "A simulated hall for an office that runs; --tour shows what holds."),
    "bench": ("luot_tools.bench.command", "Measure an office and a reader on this machine."),
}


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="luot")
def luot() -> None:
    """Luot: one tap, one turn. A fair, paperless queue for public counters.

    Exit codes: 0 ok, 1 failed, 2 usage, 3 cannot connect, 4 timed out, 130 interrupted.
    """


def main() -> None:
    """Run `luot` and leave with its exit code; every error says what to do next."""
    try:
        code = luot.main(prog_name="luot", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = ExitCode.USAGE
    except click.Abort:
        code = ExitCode.INTERRUPTED
    except LuotError as error:
        click.echo(f"luot: {error.subject}", err=True)
        if error.hint:
            click.echo(f"      {error.hint}", err=True)
        code = error.exit_code
    except OSError as error:
        if error.filename is None:
            raise
        click.echo(f"luot: {error.filename}: {error.strerror}", err=True)
        click.echo("      See that it is there and may be read and written, and that the disk is not full.", err=True)
        code = ExitCode.FAILED
    sys.exit(code if isinstance(code, int) else ExitCode.OK)


if __name__ == "__main__":
    main()
