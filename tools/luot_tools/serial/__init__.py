"""Speaks to a board over a serial line: the port, the line on it, and MicroPython's raw REPL. Knows no firmware."""
