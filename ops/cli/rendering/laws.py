"""Reports on whether everything adds up."""

from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

Json = Mapping[str, Any]
_SHOWN = 5


def laws_page(report: Json) -> RenderableType:
    """One row per law, with a few violations below a broken one."""
    table = Table("law", "", "holds", "figures", box=None, pad_edge=False)
    for law in report["laws"]:
        table.add_row(f"{law['number']}", law["name"], _verdict(law), Text(law["figures"]))
        for text in law["violations"][:_SHOWN]:
            table.add_row("", "", "", Text(text, "red"))
        if len(law["violations"]) > _SHOWN:
            table.add_row("", "", "", Text(f"and {len(law['violations']) - _SHOWN} more", "red"))
    return table


def _verdict(law: Json) -> Text:
    if not law.get("checked", True):
        return Text("not checked", "yellow")
    return Text("yes", "green") if law["holds"] else Text("NO", "bold red")
