"""`luot device`: everything about readers, from bare board to service. Holds only the names of its commands.

Those that speak to boards belong to the tools, which an office can do without.
"""

import click

from luot_controller.commands.lazy import LazyGroup

COMMANDS = {
    "setup": ("luot_tools.device.commands.setup", "From a bare board to a reader that works, in one go."),
    "provision": ("luot_controller.commands.device_provision", "Give a reader its identity: settings with a new key."),
    "wifi": ("luot_controller.commands.device_wifi", "The Wi-Fi that this office's readers join."),
    "swap": ("luot_tools.device.commands.swap", "Let a spare take a reader's place, with the taps it could not send."),
    "hand-in": ("luot_controller.commands.device_hand_in", "Give the office the taps that were read out of a reader."),
    "list": ("luot_controller.commands.device_list", "The readers of the site file, and which have a key."),
    "fleet": ("luot_controller.commands.device_fleet", "How all readers are, and what needs doing first."),
    "bridge": ("luot_tools.device.commands.bridge", "Carry the frames of readers on cables to the office."),
    "ports": ("luot_tools.device.commands.ports", "The boards at this machine."),
    "flash": ("luot_tools.device.commands.flash", "Put MicroPython on a board."),
    "files": ("luot_tools.device.commands.files", "List, read, write, remove and compare files on a board."),
    "selftest": ("luot_tools.device.commands.selftest", "Ask a board whether all of it works."),
    "identify": ("luot_tools.device.commands.identify", "Let a board blink."),
    "reset": ("luot_tools.device.commands.reset", "Start a board anew."),
    "log": ("luot_tools.device.commands.log", "Show what a board prints."),
    "shell": ("luot_tools.device.commands.shell", "Type to a board's MicroPython."),
    "label": ("luot_tools.device.commands.label", "A label for a reader's case."),
}


@click.group("device", cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Set up, flash, provision and look after the readers."""
