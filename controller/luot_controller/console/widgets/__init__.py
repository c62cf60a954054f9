"""What the desk screen is made of: each widget draws one part of the read model and changes nothing."""
