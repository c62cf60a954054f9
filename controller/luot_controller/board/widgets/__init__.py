"""What the board's screen is made of: each widget draws one part of the read model and changes nothing."""
