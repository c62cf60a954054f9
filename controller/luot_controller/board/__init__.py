"""The hall's board: who is called to which desk, and how long a wait is. Speaks MQTT only, by way of `client`."""
