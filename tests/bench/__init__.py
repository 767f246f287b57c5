"""Measures the running studio from outside; ``python -m tests.bench`` prints the figures."""
