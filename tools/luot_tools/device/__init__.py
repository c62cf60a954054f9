"""`luot device`, the part that speaks to boards: files, firmware, flash and the whole set-up. Knows no store."""
