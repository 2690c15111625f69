"""What runs on an operator's machine."""
