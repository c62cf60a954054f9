"""From bytes to commands: is a message authentic and well formed, and what does it ask, in the engine's words?

Decides nothing about the line and remembers nothing of it.
"""
