"""What technicians and developers run beside the office; speaks to it over MQTT only."""
