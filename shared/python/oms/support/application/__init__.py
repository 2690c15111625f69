"""What can be asked of the support context."""
