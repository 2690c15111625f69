"""Below the adapters: one way to write, one shape of item, one translation of errors."""
