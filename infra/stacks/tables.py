"""The two contexts that are a table so far: finance (money and its journal) and support (exceptions)."""

from typing import Any

from constructs import Construct

from infra.constructs.table import OUTBOX, Table
from infra.settings import Settings
from infra.stacks.base import HoldfastStack


class FinanceStack(HoldfastStack):
    """Payments and the journal share a table, so that money and its entry share a transaction."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        Table(self.platform, context="payments", indexes={"outbox": OUTBOX})


class SupportStack(HoldfastStack):
    """The support queue: what a person has to decide, and until when."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        Table(
            self.platform,
            context="support",
            indexes={"outbox": OUTBOX, "by_queue": ("queue_key", "queue_at")},
        )
