"""The office: takes taps and clerks' keys, keeps the fair line and its ledger, and serves the clerk's screen."""
