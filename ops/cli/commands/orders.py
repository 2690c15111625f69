"""oms orders …, oms ship: what can be done to an order."""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, Any

import typer
from oms.kernel.ids import order_of_fulfilment
from oms.orders.domain.order import STATUSES
from oms.payments.domain.payment import Payment
from oms.runtime.queues import event_in
from oms.runtime.starting import Executions, attempt_with, name
from oms.support.domain.exceptions import Case
from rich.text import Text

from ops.cli.commands.exceptions import OWNERS, Unread, open_cases
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
    tracking: Annotated[str, typer.Option(help="Tracking number; without it, the parcel's id.")] = "",
    shipment_id: Annotated[
        str, typer.Option(help="The parcel's id; without it, made of the work, --line and --tracking.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Report a shipment, as the warehouse does.

    Given again it is the same parcel. Two parcels alike differ in --tracking or --shipment-id.
    """
    here = session(ctx)
    stack = here.stack()
    units = [_units(one) for one in line or ()]
    parcels = {one: _parcel(one, units, carrier, tracking, shipment_id) for one in _work_of(stack, what)}
    if not parcels:
        raise Told(f"{what} has no open work")
    if shipment_id and len(parcels) > 1:
        raise Told(f"{what} ships in {len(parcels)} parcels: give --shipment-id with one fulfilment order")
    done = [stack.api("warehouse").ship(work, parcel) for work, parcel in parcels.items()]
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
    unread = Unread()
    cases = [case for case in stack.support.of_subject(order_id, trouble=unread) if case.is_open]
    cases += [
        case for case in open_cases(stack.support, OWNERS, unread) if _order_of_letter(case) == order_id
    ]
    return {
        "order": order,
        "payment": _money(payment) if payment else None,
        "exceptions": [{"case_id": case.case_id, "kind": case.kind, "owner": case.owner} for case in cases],
        "unreadable_exceptions": unread.names,
        "workflow": _executions(stack, order_id),
        "timeline": api.timeline(order_id)["entries"],
    }


def _order_of_letter(case: Case) -> str:
    """The order whose event is parked in `case`, which itself is listed under a queue; empty: none."""
    if case.kind != "DEAD_LETTER":
        return ""
    try:
        return event_in(case.message).subject
    except (KeyError, TypeError, ValueError):
        return ""  # nobody can read it: that is why it is parked


def _money(payment: Payment) -> Json:
    names = ("currency", "authorized", "captured", "refunded", "voided", "held", "prepaid", "reason")
    return {"state": payment.state.value, **{name: getattr(payment, name) for name in names}}


def _executions(stack: Stack, order_id: str) -> list[Json]:
    """The newest. AWS forgets one 90 days after its end: then what the order has heard of is named all the same."""
    workflow = stack.outputs.workflows["order-capture"]
    order = stack.orders.load(order_id)
    known = attempt_with(order.assessment) if order else 0
    attempt, status = Executions(stack.aws("stepfunctions"), workflow).latest(order_id, since=known)
    if not attempt:
        return []
    arn = f"{workflow.replace(':stateMachine:', ':execution:')}:{name(order_id, attempt)}"
    return [{"execution": arn, "status": status or "not there"}]


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


def _parcel(work: str, units: Sequence[Json], carrier: str, tracking: str, shipment_id: str) -> Json:
    shipment = shipment_id or _derived(work, units, tracking)
    parcel: Json = {"shipment_id": shipment, "carrier": carrier, "tracking_number": tracking or shipment}
    return parcel | ({"lines": list(units)} if units else {})


def _derived(work: str, units: Sequence[Json], tracking: str) -> str:
    """The same for the same parcel, so that a command given twice ships once."""
    lines = sorted((one["line_id"], one["quantity"]) for one in units)
    return f"s_{sha256(json.dumps([work, lines, tracking]).encode()).hexdigest()[:24]}"


def _units(text: str) -> Json:
    line, _, units = text.rpartition("=")
    if not line or not units.isdigit():
        raise Told(f"{text} is not LINE=UNITS, e.g. L1=2")
    return {"line_id": line, "quantity": int(units)}
