"""oms orders …, oms ship: what can be done to an order."""

import secrets
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from oms.kernel.ids import order_of_fulfilment
from oms.orders.domain.order import STATUSES
from oms.payments.domain.payment import Payment
from oms.runtime.starting import Executions
from rich.text import Text

from ops.cli.rendering.orders import order_page, orders_page
from ops.cli.session import JsonFlag, Told, named_order, session
from ops.client import Api
from ops.stack import Stack

Json = dict[str, Any]
_CLIENT = "operations"
_CARRIER = "WAREHOUSE"
_PAGE = 100

app = typer.Typer(help="List, read and cancel orders.", no_args_is_help=True)

OrderArgument = Annotated[
    str, typer.Argument(metavar="ORDER", help="ord_…, or channel/order-number as the channel knows it.")
]


def register(root: typer.Typer) -> None:
    root.command()(ship)


@app.command("list")
def list_orders(
    ctx: typer.Context,
    status: Annotated[
        list[str] | None, typer.Option(help="Only these; without it, all.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many per status.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """List orders, oldest first within each status."""
    here = session(ctx)
    wanted = [one.upper() for one in status or STATUSES]
    unknown = [one for one in wanted if one not in STATUSES]
    if unknown:
        raise Told(f"no such status: {', '.join(unknown)}; there are {', '.join(STATUSES)}")
    api = here.stack().api(_CLIENT)
    rows = [row for one in wanted for row in _listed(api, one, limit)]
    here.screen(as_json).emit({"orders": rows}, orders_page(rows))


@app.command("show")
def show_order(ctx: typer.Context, order: OrderArgument, as_json: JsonFlag = False) -> None:
    """Show an order: goods, money, work, what it waits for, and its timeline."""
    here = session(ctx)
    document = order_document(here.stack(), named_order(order))
    here.screen(as_json).emit(document, order_page(document))


@app.command("cancel")
def cancel_order(
    ctx: typer.Context,
    order: OrderArgument,
    code: Annotated[
        str, typer.Option(help="customer_request, fraud, pricing_error, out_of_stock or other.")
    ] = "customer_request",
    note: Annotated[str, typer.Option(help="For people; kept with the order.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Ask to cancel what has not shipped; the order's workflow carries it out."""
    here = session(ctx)
    answer = here.stack().api(_CLIENT).cancel(named_order(order), code=code, note=note)
    text = f"{answer['order_id']}: cancellation noted; status {answer['status']}"
    here.screen(as_json).emit(answer, Text(text))


def ship(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="ORDER|FULFILMENT_ORDER", help="An order ships from every location.")
    ],
    line: Annotated[
        list[str] | None, typer.Option(help="LINE=UNITS; without it, all that is open.", show_default=False)
    ] = None,
    carrier: Annotated[str, typer.Option(help="Who carries it.")] = _CARRIER,
    tracking: Annotated[str, typer.Option(help="Tracking number; invented where none is given.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Report a shipment, as the warehouse does."""
    here = session(ctx)
    stack = here.stack()
    done = [
        stack.api("warehouse").ship(work, _parcel(line or (), carrier, tracking))
        for work in _work_of(stack, what)
    ]
    if not done:
        raise Told(f"{what} has no open work")
    lines = [
        Text(f"{one['fulfilment_order_id']}: parcel {one['shipment_id']}, order {one['order_status']}")
        for one in done
    ]
    here.screen(as_json).emit({"shipments": done}, *lines)


def order_document(stack: Stack, order_id: str) -> Json:
    """Everything support needs to know about an order, without who ordered it."""
    api = stack.api(_CLIENT)
    order = api.order(order_id)
    payment = stack.payments.find(order_id)
    cases = [case for case in stack.support.of_subject(order_id) if case.is_open]
    return {
        "order": order,
        "payment": _money(payment) if payment else None,
        "exceptions": [{"case_id": case.case_id, "kind": case.kind, "owner": case.owner} for case in cases],
        "workflow": _executions(stack, order_id),
        "timeline": api.timeline(order_id)["entries"],
    }


def _money(payment: Payment) -> Json:
    names = ("currency", "authorized", "captured", "refunded", "voided", "held", "prepaid", "reason")
    return {"state": payment.state.value, **{name: getattr(payment, name) for name in names}}


def _executions(stack: Stack, order_id: str) -> list[Json]:
    workflow = stack.outputs.workflows["order-capture"]
    attempt, status = Executions(stack.aws("stepfunctions"), workflow).latest(order_id)
    if not attempt:
        return []
    name = order_id if attempt == 1 else f"{order_id}-{attempt}"
    arn = f"{workflow.replace(':stateMachine:', ':execution:')}:{name}"
    return [{"execution": arn, "status": status}]


def _listed(api: Api, status: str, limit: int) -> Iterable[Json]:
    cursor = ""
    while limit > 0:
        page = api.orders(status, cursor=cursor, limit=min(limit, _PAGE))
        yield from page["orders"]
        limit -= len(page["orders"])
        cursor = page["cursor"] or ""
        if not cursor:
            return


def _work_of(stack: Stack, what: str) -> list[str]:
    if order_of_fulfilment(what):
        return [what]
    order = stack.api(_CLIENT).order(named_order(what))
    return [one["fulfilment_order_id"] for one in order["fulfilment_orders"] if one["state"] == "OPEN"]


def _parcel(lines: Iterable[str], carrier: str, tracking: str) -> Json:
    shipment = f"s_{secrets.token_hex(8)}"
    parcel: Json = {"shipment_id": shipment, "carrier": carrier, "tracking_number": tracking or shipment}
    units = [_units(one) for one in lines]
    return parcel | ({"lines": units} if units else {})


def _units(text: str) -> Json:
    line, _, units = text.rpartition("=")
    if not line or not units.isdigit():
        raise Told(f"{text} is not LINE=UNITS, e.g. L1=2")
    return {"line_id": line, "quantity": int(units)}
