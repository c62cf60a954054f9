"""The clerk's console: one desk on one screen, one key for each command. Speaks MQTT only, by way of `client`."""
