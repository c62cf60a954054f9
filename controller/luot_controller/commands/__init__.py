"""The sub-commands of `luot`, one file each; a command raises LuotError, and only `cli` prints it."""
