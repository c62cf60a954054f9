"""The documentation's pictures: screens drawn in memory from made-up data. Touches no office and no network."""
