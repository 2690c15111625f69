"""Whatever happens in whatever sequence, and whoever crashes or interferes: laws 1 and 2 hold."""

from collections import Counter
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from oms.inventory.application.outcomes import Adjusted, Refused, Reserved, Withdrawn
from oms.inventory.domain.stock import StockKey, summed
from oms.kernel.errors import Retryable

from tests.contract.inventory.desk import fake_desk

LOCATIONS, SKUS, ORDERS = ("BER", "LON"), ("CUP", "JUG", "MUG"), ("o1", "o2", "o3")
KEYS = [(location, sku) for location in LOCATIONS for sku in SKUS]
TURNS = {"1-0-1": 1, "1-0-2": 1, "2-0-1": 2}
"""Of each reservation an order may ask for."""

keys = st.sampled_from(KEYS)
orders = st.sampled_from(ORDERS)
wanted = st.lists(st.tuples(st.sampled_from(LOCATIONS), st.sampled_from(SKUS), st.integers(1, 4)), min_size=1)
moments = st.one_of(st.none(), st.tuples(st.sampled_from(["before", "after"]), st.integers(1, 6)))


class Warehouse(RuleBasedStateMachine):
    """Orders that are reserved, shipped and released by clients that crash."""

    @initialize(chunk_size=st.sampled_from([1, 2, 97]))
    def open(self, chunk_size: int) -> None:
        self.desk = fake_desk(chunk_size)
        self.desk.stock((location, sku, 6) for location, sku in KEYS)
        self.promised: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
        self.answers: dict[tuple[str, str], object] = {}
        self.shipped: dict[str, Counter[StockKey]] = {order: Counter() for order in ORDERS}
        self.fences: Counter[str] = Counter()
        self.ordinal = 0

    @rule(order=orders, attempt=st.sampled_from(sorted(TURNS)), lines=wanted, crash=moments)
    def reserve(
        self, order: str, attempt: str, lines: list[tuple[str, str, int]], crash: tuple[str, int] | None
    ) -> None:
        lines = self.promised.setdefault((order, attempt), lines)
        if self._crashes(crash):
            with suppress(Retryable, ConnectionError):
                self.desk.reserve(order, lines, attempt, TURNS[attempt])
            self._recover()
            return
        answer = self.desk.reserve(order, lines, attempt, TURNS[attempt])
        before = self.answers.get((order, attempt))
        assert not (isinstance(before, Reserved) and isinstance(answer, Refused))
        assert not (isinstance(before, Withdrawn) and not isinstance(answer, Withdrawn))
        self.answers[order, attempt] = answer

    @rule(order=orders, share=st.integers(1, 4), crash=moments, location=st.sampled_from(LOCATIONS))
    def ship(self, order: str, share: int, crash: tuple[str, int] | None, location: str) -> None:
        held = self._committed(order, location)
        lines = [(sku, min(share, units)) for sku, units in sorted(held.items()) if units]
        if not lines:
            return
        self.ordinal += 1
        name = f"s{self.ordinal}"
        for sku, units in lines:
            self.shipped[order][location, sku] += units
        if self._crashes(crash):
            with suppress(Retryable, ConnectionError):
                self.desk.ship(order, name, location, lines)
            self._recover()
        assert self.desk.ship(order, name, location, lines).units == sum(units for _, units in lines)
        assert self.desk.ship(order, name, location, lines).replayed

    @rule(order=orders, before=st.sampled_from([2, 2, 3]), crash=moments)
    def release(self, order: str, before: int, crash: tuple[str, int] | None) -> None:
        if self._crashes(crash):
            with suppress(Retryable, ConnectionError):
                self.desk.release(order, self.shipped[order], before)
            self._recover()
            return
        self.desk.release(order, self.shipped[order], before)
        self.fences[order] = max(before, self.fences[order])
        for attempt, turn in TURNS.items():
            if turn < before and isinstance(self.answers.get((order, attempt)), Reserved):
                self.answers[order, attempt] = None

    @rule(key=keys, delta=st.integers(-5, 5))
    def correct(self, key: StockKey, delta: int) -> None:
        self.ordinal += 1
        before = self.desk.level(*key).available
        answer = self.desk.adjust(key[1], key[0], delta, name=f"a{self.ordinal}", kind="correction")
        moved = delta if isinstance(answer, Adjusted) else 0
        assert self.desk.level(*key).available == before + moved
        assert (moved == 0) == (delta == 0 or before + delta < 0)

    @invariant()
    def the_laws_hold(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.audit.violations() == []

    @invariant()
    def nothing_is_held_below_the_fence(self) -> None:
        for order in ORDERS if hasattr(self, "desk") else ():
            chunks = self.desk.reservations.of_order(order)
            assert sum(each.units for each in chunks if each.turn < self.fences[order]) == 0

    @invariant()
    def what_shipped_left_exactly_once(self) -> None:
        if hasattr(self, "desk"):
            total = sum((counter for counter in self.shipped.values()), Counter())
            assert total == Counter({each.key: each.shipped for each in self.desk.audit.all_levels()})

    def _crashes(self, crash: tuple[str, int] | None) -> bool:
        if crash is None:
            return False
        moment, ordinal = crash

        def lose(count: int) -> None:
            if count == ordinal:
                raise self.desk.failure()

        setattr(self.desk.meddler, moment, lose)
        return True

    def _recover(self) -> None:
        self.desk.meddler.leave_alone()

    def _committed(self, order: str, location: str) -> Counter[str]:
        """What the order was told it has there, as far as it is still held."""
        told = {attempt for attempt in TURNS if isinstance(self.answers.get((order, attempt)), Reserved)}
        held: Counter[str] = Counter()
        for chunk in self.desk.reservations.of_order(order):
            if chunk.reservation_id in told:
                for (where, sku), units in chunk.held.items():
                    held[sku] += units if where == location else 0
        return held


TestWarehouse = Warehouse.TestCase
TestWarehouse.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_summing_keeps_every_unit() -> None:
    assert summed([("LON", "MUG", 1), ("BER", "MUG", 2), ("LON", "MUG", 3)]) == {
        ("BER", "MUG"): 2,
        ("LON", "MUG"): 4,
    }
