"""A released order, its payment, and the events of its parcels."""

from oms.contracts.snapshots import LineSnapshot
from oms.kernel.events import Event
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.capture import Taxes
from oms.payments.application.service import PaymentService

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, a_snapshot, released
from tests.fakes.gateways import FakeGateway
from tests.fakes.orders import FakeOrders
from tests.fakes.payments import FakePayments
from tests.unit.orders.warehouse import a_parcel

LINES = (LineSnapshot(1, "L1", "SKU-1", 2, 1999, 0, "P0000000"), LineSnapshot(2, "L2", "SKU-2", 1, 500))


def one_released() -> FakeOrders:
    """One released order with its tax."""
    orders = FakeOrders()
    released(orders, a_snapshot(lines=LINES), taxes=Taxes({1: 800, 2: 100}, 90, estimated=False))
    return orders


def shipped(orders: FakeOrders, sent: dict[int, int] | None = None, shipment_id: str = "p1") -> Event:
    """The event of a parcel."""
    parcel = a_parcel(shipment_id, sent)
    record_shipment(f"{ORDER}-f1", parcel, orders=orders, now=NOW, actor=CLIENT)
    return orders.recorded(ORDER)[-1]


def authorized(orders: FakeOrders, gateway: FakeGateway, amount: int) -> PaymentService:
    return paying(orders, gateway, amount)[0]


def paying(orders: FakeOrders, gateway: FakeGateway, amount: int) -> tuple[PaymentService, FakePayments]:
    """With `amount` held, and the books it writes to."""
    books = FakePayments()
    service = PaymentService(books, gateway)
    service.authorize(orders.snapshots[ORDER], amount, 1, now=NOW, actor=SYSTEM)
    return service, books
