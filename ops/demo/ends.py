"""How an order must end, how it stands, and what still lies between."""

from dataclasses import dataclass

from oms.payments.domain.payment import Payment
from oms.runtime.starting import Executions

from ops.stack import Stack


@dataclass(frozen=True, slots=True)
class End:
    """What must become of an order. Units over all its lines."""

    status: str
    shipped: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands, in goods, in money and in its workflow. Amounts in minor units."""

    status: str
    shipped: int
    cancelled: int
    owed: int
    """What its shipments charge the customer."""
    kept: int
    """What was taken and not given back."""
    held: int
    """What the gateway still holds for us."""
    unearned: int
    """Of a prepayment: what no shipment has earned and nobody has given back."""
    reserved: int
    """Units that inventory still keeps for it."""
    money_moving: bool
    workflow: str
    waits_for_people: tuple[str, ...]
    """Kinds of its open exceptions."""


def standing(stack: Stack, order_id: str) -> Standing:
    """Read from the tables, strongly consistent. Raises LookupError for an order that is not there."""
    order = stack.orders.load(order_id)
    if order is None:
        raise LookupError(f"there is no order {order_id}")
    payment = stack.payments.find(order_id)
    workflows = Executions(stack.aws("stepfunctions"), stack.outputs.workflows["order-capture"])
    return Standing(
        status=order.headline,
        shipped=sum(line.shipped for line in order.lines),
        cancelled=sum(line.cancelled for line in order.lines),
        owed=order.shipped_total,
        kept=_kept(payment) if payment else 0,
        held=payment.held if payment else 0,
        unearned=payment.unearned if payment and payment.prepaid else 0,
        reserved=sum(chunk.units for chunk in stack.inventory.of_order(order_id)),
        money_moving=bool(payment and payment.in_flight),
        workflow=workflows.latest(order_id)[1],
        waits_for_people=tuple(case.kind for case in stack.support.of_subject(order_id) if case.is_open),
    )


def differences(found: Standing, end: End) -> list[str]:
    """What keeps an order from its end, one sentence each; empty when it is there.

    The money follows from the goods: kept is what shipped costs, and nothing is held or reserved any more.
    """
    wanted: list[tuple[str, object, object]] = [
        ("status", found.status, end.status),
        ("units shipped", found.shipped, end.shipped),
        ("units cancelled", found.cancelled, end.cancelled),
        ("money kept", found.kept, found.owed),
        ("money held", found.held, 0),
        ("prepaid money not earned", found.unearned, 0),
        ("units reserved", found.reserved, 0),
        ("workflow", found.workflow, "SUCCEEDED"),
    ]
    lines = [f"{name} is {is_}, not {should}" for name, is_, should in wanted if is_ != should]
    if found.money_moving:
        lines.append("money is still moving")
    return lines + [f"waits for a person: {kind}" for kind in found.waits_for_people]


def _kept(payment: Payment) -> int:
    return payment.captured - payment.refunded
