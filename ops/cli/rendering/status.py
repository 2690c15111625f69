"""How a running Holdfast is doing."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ops.cli.rendering.orders import status
from ops.cli.rendering.unread import unread_page


def status_page(document: Mapping[str, Any]) -> RenderableType:
    """Orders under way by status, open exceptions by kind, and messages that wait."""
    table = Table.grid(padding=(0, 2))
    for name, count in document["orders"].items():
        if count:
            more = "+" if count >= document["counted_up_to"] else ""
            table.add_row(status(name), f"{count:,}{more}")
    kinds: dict[str, int] = {}
    for case in document["exceptions"]:
        kinds[case["kind"]] = kinds.get(case["kind"], 0) + 1
    waiting = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
    queued = ", ".join(f"{count} in {queue}" for queue, count in document["queues"].items()) or "none"
    return Group(
        Rule("Orders", align="left"),
        table if sum(document["orders"].values()) else Text("No orders are under way."),
        Text(f"open exceptions: {waiting}"),
        *unread_page(document["unreadable_exceptions"]),
        Text(f"messages under way: {queued}"),
    )
