"""What readers, the controller and every screen say to each other; runs unchanged on CPython and MicroPython.

Imports nothing but hashlib, so the smallest board can carry it; what a board does not need it does not import.
"""

VERSION = 1
"""The number in the topic root `luot/1/...`; a change that an older peer cannot ignore raises it."""
