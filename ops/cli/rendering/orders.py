"""Orders, their timelines and their money."""

from collections.abc import Mapping, Sequence
from typing import Any

from oms.kernel.clock import moment
from oms.kernel.money import Money
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ops.cli.rendering.unread import unread_page

Json = Mapping[str, Any]
_COLOURS = {
    "SHIPPED": "green",
    "CANCELLED": "red",
    "RELEASED": "cyan",
    "PARTIALLY_SHIPPED": "cyan",
    "RECEIVED": "blue",
}
_WAITING = "yellow"


def status(text: str) -> Text:
    """A headline in its colour; whatever waits for somebody is yellow."""
    return Text(text, style=_COLOURS.get(text, _WAITING))


def orders_page(rows: Sequence[Json]) -> RenderableType:
    """A list of orders."""
    if not rows:
        return Text("No orders.")
    table = Table("order", "channel", "status", "placed", "lines", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row["order_id"], row["channel"], status(row["status"]), when(row["placed_at"]), f"{row['lines']}"
        )
    return table


def order_page(document: Json) -> RenderableType:
    """One order, whole: goods, money, work, exceptions, timeline."""
    order = document["order"]
    parts: list[RenderableType] = [_head(order), _lines(order)]
    parts += [_work(order["fulfilment_orders"])] if order["fulfilment_orders"] else []
    parts += [_payment(document["payment"])] if document["payment"] else []
    parts += [Text(f"waits: {case['kind']} {case['case_id']}", "yellow") for case in document["exceptions"]]
    parts += unread_page(document["unreadable_exceptions"])
    parts += [Text(f"workflow: {run['execution']} {run['status']}") for run in document["workflow"]]
    return Group(*parts, Text(), timeline_page(document["timeline"]))


def timeline_page(entries: Sequence[Json], title: str | Text | None = None) -> RenderableType:
    """What happened, when, and who did it; times count from the first entry."""
    table = Table("after", "what", "who", box=None, pad_edge=False, title=title, title_justify="left")
    table.columns[0].justify = "right"
    first = moment(entries[0]["at"]) if entries else None
    for entry in entries:
        seconds = (moment(entry["at"]) - first).total_seconds() if first else 0.0
        table.add_row(elapsed(seconds), Text(_sentence(entry)), Text(entry["actor"], style="dim"))
    return table


def elapsed(seconds: float) -> str:
    """A span in the unit a person would use."""
    if seconds < 60:
        return f"{seconds:.2f} s"
    if seconds < 3600:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def when(stamp: str) -> str:
    """To the second, without the T."""
    return stamp[:19].replace("T", " ")


def money(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def _sentence(entry: Json) -> str:
    reason = f" ({entry['reason']})" if entry["reason"] and entry["reason"] not in entry["text"] else ""
    return f"{entry['text']}{reason}"


def _head(order: Json) -> RenderableType:
    currency = order["currency"]
    estimated = " estimated" if order["tax_estimated"] else ""
    inside = "included" if order["prices_include_tax"] else "on top"
    table = Table.grid(padding=(0, 2))
    table.add_row("order", f"{order['order_id']}  ({order['channel']}/{order['external_order_id']})")
    table.add_row("status", status(order["status"]))
    table.add_row("placed", f"{when(order['placed_at'])}, last change {when(order['updated_at'])}")
    table.add_row(
        "amounts",
        f"goods {money(order['goods'], currency)}, shipping {money(order['shipping'], currency)}, "
        f"tax {money(order['tax'], currency)}{estimated} {inside}",
    )
    return table


def _lines(order: Json) -> RenderableType:
    table = Table(
        "line", "SKU", "ordered", "shipped", "cancelled", "open", "amount", box=None, pad_edge=False
    )
    for line in order["lines"]:
        table.add_row(
            line["line_id"],
            Text(line["sku"]),
            f"{line['ordered']}",
            f"{line['shipped']}",
            f"{line['cancelled']}",
            f"{line['unallocated'] + line['allocated']}",
            money(line["amount"], order["currency"]),
        )
    return table


def _work(work: Sequence[Json]) -> RenderableType:
    table = Table("fulfilment order", "location", "state", "units", box=None, pad_edge=False)
    for one in work:
        units = sum(line["quantity"] for line in one["lines"])
        table.add_row(one["fulfilment_order_id"], one["location"], one["state"], f"{units}")
    return table


def _payment(payment: Json) -> RenderableType:
    amounts = ", ".join(
        f"{name} {money(payment[name], payment['currency'])}"
        for name in ("authorized", "captured", "refunded", "voided", "held")
    )
    return Text(f"payment: {payment['state']}: {amounts}")
