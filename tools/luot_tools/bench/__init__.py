"""Measures an office and a reader made of the real parts, beside naive baselines; never changes what it measures."""
