"""Composition roots: the only place that reads the environment, the clock and AWS's addresses.

Everything is made at first use and kept for the life of the worker.
"""
