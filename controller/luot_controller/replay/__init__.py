"""Plays days, recorded or invented, at the real engine. Knows the engine alone; no clock, no files, no sockets."""
