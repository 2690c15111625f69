"""Authorization, capture, void and refund, each behind a natural key and with its journal entry."""
