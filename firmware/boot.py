"""Runs before main.py on a board: room for errors raised inside interrupts; holds nothing that can fail."""

import micropython

if hasattr(micropython, "alloc_emergency_exception_buf"):
    micropython.alloc_emergency_exception_buf(100)
