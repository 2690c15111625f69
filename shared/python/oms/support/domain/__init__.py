"""What an exception is and what may be done with it."""
