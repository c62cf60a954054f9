"""The fair line: plain data and pure functions, `(state, policy, command, now) -> events`.

Reads no clock, draws no chance, logs nothing, touches no file: time and numbers come in as arguments. Read in this
order: model, commands, events, order, taps, transitions, evolve.
"""
