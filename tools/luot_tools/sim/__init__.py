"""A hall that lives: real readers, citizens with cards, and clerks. It uses the office's doors, nothing behind them."""
