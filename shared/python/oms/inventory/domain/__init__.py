"""Levels, reservations, their laws and the facts about them. Pure."""
