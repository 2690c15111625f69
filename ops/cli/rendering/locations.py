"""Locations."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text


def locations_page(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """By code."""
    if not rows:
        return Text("No locations: register one with `oms locations put`.")
    table = Table("location", "name", "address", "coordinates", "priority", box=None, pad_edge=False)
    for row in rows:
        parts = (row[name] for name in ("line1", "line2", "city", "region", "postal_code", "country"))
        where = "" if row["latitude"] is None else f"{row['latitude']:.3f}, {row['longitude']:.3f}"
        address = Text(", ".join(part for part in parts if part))
        table.add_row(row["code"], Text(row["name"]), address, where, f"{row['priority']}")
    return table
