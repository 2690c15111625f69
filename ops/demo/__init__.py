"""The demonstration: a small catalogue, orders of every kind, and what must become of each."""
