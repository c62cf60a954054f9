"""The one loop: drain, verify, apply, commit once, publish, acknowledge. Sees ports, never what is behind them."""
