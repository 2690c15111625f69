"""What the payment gateway's tests stand on: the port, an order's keys, and a bench per implementation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.ids import effect_key
from oms.partners.http import Http
from oms.partners.stripe import StripeGateway

from tests.contract.running import RunningSandbox
from tests.fakes.gateways import FakeGateway, Fault

ORDER = "ord_" + "a" * 26
HOLD, CAPTURE, VOID, REFUND = (effect_key(ORDER, word) for word in ("authorize", "capture", "void", "refund"))
KEY = "sk_test_contract"


class Gateway(Protocol):
    def authorize(
        self, *, key: str, order_id: str, amount: int, currency: str, token: str, prepaid: bool
    ) -> GatewayAnswer: ...
    def find_authorization(self, *, order_id: str, key: str) -> GatewayAnswer | None: ...
    def forestall(self, *, key: str, order_id: str, amount: int, currency: str) -> GatewayAnswer: ...
    def capture(
        self, *, key: str, reference: str, amount: int, final: bool, shipment_id: str
    ) -> GatewayAnswer: ...
    def find_capture(self, *, reference: str, key: str) -> GatewayAnswer | None: ...
    def void(self, *, key: str, reference: str) -> GatewayAnswer: ...
    def refund(self, *, key: str, reference: str, amount: int) -> GatewayAnswer: ...
    def find_refund(self, *, reference: str, key: str) -> GatewayAnswer | None: ...


@dataclass
class Bench:
    gateway: Gateway
    fault: Callable[[Fault], None]
    effects: Callable[[], list[tuple[str, str, int]]]
    """(kind, effect key, amount), in the order they happened."""

    def authorize(self, *, token: str = "pm_card_visa", prepaid: bool = False) -> GatewayAnswer:
        return self.gateway.authorize(
            key=HOLD, order_id=ORDER, amount=5_000, currency="EUR", token=token, prepaid=prepaid
        )

    def forestall(self) -> GatewayAnswer:
        return self.gateway.forestall(key=HOLD, order_id=ORDER, amount=5_000, currency="EUR")

    def capture(
        self, held: GatewayAnswer, amount: int, *, final: bool = True, key: str = CAPTURE
    ) -> GatewayAnswer:
        return self.gateway.capture(
            key=key, reference=held.reference, amount=amount, final=final, shipment_id="shp_1"
        )


def fake_bench() -> Bench:
    fake = FakeGateway()
    return Bench(
        fake, fake.faults.append, lambda: [(row.kind, row.effect_key, row.amount) for row in fake.effects]
    )


def sandbox_bench(sandbox: RunningSandbox, http: Http) -> Bench:
    return Bench(
        StripeGateway(f"{sandbox.url}/stripe", KEY, http=http),
        lambda fault: sandbox.fault("stripe", fault),
        lambda: [(row["kind"], row["effect_key"], row["amount"]) for row in sandbox.effects("stripe")],
    )
