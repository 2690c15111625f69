"""Sourcing: which location ships what. A plan is advice; the reservation decides."""
