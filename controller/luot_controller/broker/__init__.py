"""The office's own broker: a child process, never anonymous, that lives and dies with the office."""
