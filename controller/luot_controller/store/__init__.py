"""The ledger: an append-only list of facts, and beside it the state they add up to, written in the same commit."""
