"""The technician's screen of all readers: how each is, and what needs doing first. Speaks MQTT only."""
