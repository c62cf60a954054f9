"""Readers on cables, carried to the office's broker, each by itself. Checks no signature, and keeps no frame."""
