"""What can be asked of the orders context. Every dependency, time included, is an argument."""
