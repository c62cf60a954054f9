"""The console's screens: each arranges widgets and binds keys, and knows nothing of the network."""
