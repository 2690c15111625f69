"""Partners: one consumer per partner that must hear of shipments, each behind its own queue."""

from typing import Any

from constructs import Construct

from infra.constructs.consumer import Consumer
from infra.constructs.table import Table
from infra.settings import Settings
from infra.stacks.base import HoldfastStack


class PartnersStack(HoldfastStack):
    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        # What a partner already knows of an order; no other context listens, so no outbox.
        table = Table(self.platform, context="partners", streamed=False)
        Consumer(
            self.platform,
            folder="payments/capture_payment",
            takes=["ShipmentRecorded", "ExceptionResolved"],
            batch=1,
            attempts=settings.partner_attempts,
        )
        Consumer(
            self.platform,
            folder="tax/commit_tax",
            takes=["ShipmentRecorded"],
            tables={"partners": table.table_name},
            batch=1,
            attempts=settings.partner_attempts,
        )
