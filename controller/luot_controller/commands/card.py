"""`luot card`: the numbered cards of a site, from a fresh stack to the last lost one. Holds only names of commands."""

import click

from luot_controller.commands.lazy import LazyGroup

COMMANDS = {
    "enrol": ("luot_controller.commands.card_enrol", "Give numbers to a stack of cards, held to a reader one by one."),
    "import": ("luot_controller.commands.card_import", "Enrol the cards of a CSV file."),
    "export": ("luot_controller.commands.card_export", "Print the cards as a CSV file that can be imported again."),
    "list": ("luot_controller.commands.card_list", "The numbers that are enrolled."),
    "count": ("luot_controller.commands.card_count", "How many are in the tray, out and lost; now and over time."),
    "block": ("luot_controller.commands.card_block", "A card is lost or broken: its taps change nothing."),
    "unblock": ("luot_controller.commands.card_unblock", "A card is found."),
    "replace": ("luot_controller.commands.card_replace", "Another card takes over the visit of a lost one."),
    "retire": ("luot_controller.commands.card_retire", "A card is out of use for good, and its number free."),
}


@click.group("card", cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Enrol, list, count, block, replace and retire the cards."""
