"""Sourcing's view of the inventory table: it reads, it never writes."""
