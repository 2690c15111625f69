"""Figures of a running Holdfast: `python -m ops.bench`."""
