"""What handlers reach while they are fuzzed: everything is healthy, nothing happens by itself, nothing is forgotten."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from oms.aws.items import unmarshal
from oms.inventory.domain.laws import conservation, promises
from oms.payments.domain.laws import broken_laws

from ops.verify.evidence import Evidence
from ops.verify.money_laws import law_3
from ops.verify.order_laws import law_5
from ops.verify.reading import read_row
from tests.fuzz.history import History
from tests.fuzz.services import Bus, StepFunctions, require_sound
from tests.simulation.agenda import Agenda
from tests.simulation.aws.deployed import TABLES, create_tables
from tests.simulation.aws.dynamo import SimDynamo
from tests.simulation.cloud.partners import Partners
from tests.simulation.cloud.stage import SECRET, on_stage
from tests.simulation.cloud.world import EPOCH
from tests.simulation.coverage import Way
from tests.simulation.weather import Weather

State = tuple[object, ...]
_LOOK_BACK: Final = timedelta(minutes=30)


class Backstage:
    """The world as a history left it. Implements the stage's World."""

    def __init__(self, past: History) -> None:
        self._now = past.ended
        self.visited: Counter[Way] = Counter()
        self.defects: set[str] = set()
        """Rubbish is no defect of ours: whoever fuzzes reads the logs with care instead."""
        self.dynamo = SimDynamo(now=self.seconds)
        create_tables(self.dynamo)
        for table, items in past.items.items():
            for item in items:
                self.dynamo.put_item(TableName=table, Item=item)
        self.bus = Bus()
        self.workflows = StepFunctions(past.executions, past.tokens)
        self._partners = Partners(Random(0), Weather(Random(0), 0.0, {}), Agenda())
        stripe, avalara, accertify = copy.deepcopy(past.partners)
        self._partners.stripe, self._partners.avalara, self._partners.accertify = stripe, avalara, accertify
        self._services = {
            "dynamodb": self.dynamo, "events": self.bus, "stepfunctions": self.workflows, "secretsmanager": self,
        }  # fmt: skip

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Handlers reach this world."""
        with on_stage(self, look_back=_LOOK_BACK):
            yield

    def seconds(self) -> float:
        return self._now

    def moment(self) -> datetime:
        return EPOCH + timedelta(seconds=self._now)

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def call(self, service: str, operation: str, request: dict[str, Any]) -> Any:
        require_sound(request, operation)
        return getattr(self._services[service], operation)(**request)

    def exchange(self, method: str, url: str, headers: Any, query: Any, content: bytes | None) -> Any:
        return self._partners.exchange(self.sleep, method, url, headers, query, content)

    def get_secret_value(self, **_: Any) -> Any:
        return {"SecretString": json.dumps(SECRET)}

    def state(self) -> State:
        """Everything that is stored or was sent, to be compared: the same state is the same byte for byte.

        Rows are never changed in place, so comparing them costs next to nothing where nothing changed.
        """
        rows = tuple(list(self.dynamo.items(table)) for table in TABLES)
        effects = (len(self._partners.stripe.effects()), len(self._partners.avalara.effects()))
        return rows, len(self.bus.published), len(self.workflows.sent), effects

    def broken_laws(self) -> list[str]:
        """What contradicts the laws of stock, money and lines that hold at any moment. The rest is for a system at rest."""
        try:
            return self._broken()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            return [f"what is stored cannot be read: {type(error).__name__}: {error}"]

    def _broken(self) -> list[str]:
        evidence = Evidence(taken_at=self.moment())
        for table in TABLES:
            for item in self.dynamo.items(table):
                if keep := read_row(table, unmarshal(item)):
                    keep(evidence)
        stock = [*conservation(evidence.levels), *promises(evidence.levels, evidence.reservations)]
        return [
            *(f"law {one.law}: {one.subject} {one.text}" for one in stock),
            *broken_laws(evidence.payments, evidence.entries),
            *(
                f"law {law.number}: {text}"
                for law in (law_3(evidence), law_5(evidence))
                for text in law.violations
            ),
        ]
