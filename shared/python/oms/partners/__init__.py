"""Partners of the order system: one HTTP client and one translator each."""
