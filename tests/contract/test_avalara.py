"""The tax engine: one suite for the in-memory fake and for the client against the running sandbox."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import pytest
from oms.contracts.tax import TaxCommitted, TaxDocument, TaxQuote
from oms.kernel.errors import BrokenInvariant, PartnerUnavailable

from tests.contract.tax_documents import CHARGED, CUSTOMER, SALE
from tests.fakes.gateways import FakeTax, Fault


class Engine(Protocol):
    def quote(self, document: TaxDocument) -> TaxQuote: ...
    def commit(self, document: TaxDocument) -> TaxCommitted: ...
    def get(self, code: str, currency: str) -> TaxCommitted | None: ...
    def void(self, code: str) -> None: ...


@dataclass
class Bench:
    engine: Engine
    fault: Callable[[Fault], None]


@pytest.fixture(params=["fake", "sandbox"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        fake = FakeTax()
        return Bench(fake, fake.faults.append)
    sandbox = request.getfixturevalue("sandbox")
    return Bench(request.getfixturevalue("real_tax"), lambda fault: sandbox.fault("avalara", fault))


def test_a_quote_rounds_half_up_per_line_and_for_shipping(bench: Bench) -> None:
    assert bench.engine.quote(SALE) == TaxQuote({1: 1_90, 2: 19}, 93)


def test_prices_that_include_tax_contain_it(bench: Bench) -> None:
    assert bench.engine.quote(replace(SALE, prices_include_tax=True)) == TaxQuote({1: 1_60, 2: 16}, 78)


def test_a_currency_without_decimals_is_quoted_in_whole_units(bench: Bench) -> None:
    tokyo = replace(SALE, currency="JPY", ship_to=replace(CUSTOMER, country="JP"), shipping=0)
    assert bench.engine.quote(tokyo) == TaxQuote({1: 100, 2: 10}, 0)


def test_a_country_nobody_knows_is_free_of_tax(bench: Bench) -> None:
    assert bench.engine.quote(replace(SALE, ship_to=replace(CUSTOMER, country="AQ"))).total == 0


def test_a_quote_that_fails_is_safe_to_repeat(bench: Bench) -> None:
    for fault in ("503", "timeout_after_commit"):
        bench.fault(fault)
        with pytest.raises(PartnerUnavailable):
            bench.engine.quote(SALE)


def test_what_was_charged_is_what_is_reported(bench: Bench) -> None:
    assert bench.engine.commit(CHARGED) == TaxCommitted("ord-aaaa-f1", 3_03)
    assert bench.engine.get("ord-aaaa-f1", "EUR") == TaxCommitted("ord-aaaa-f1", 3_03)


def test_committing_the_same_sale_again_is_done_already(bench: Bench) -> None:
    assert bench.engine.commit(CHARGED) == bench.engine.commit(CHARGED)


def test_another_sale_under_the_same_code_is_a_contradiction(bench: Bench) -> None:
    bench.engine.commit(CHARGED)
    other = replace(CHARGED, lines=(replace(CHARGED.lines[0], tax=1_91), CHARGED.lines[1]))
    with pytest.raises(BrokenInvariant):
        bench.engine.commit(other)


def test_a_lost_answer_to_a_commit_is_looked_up_by_code(bench: Bench) -> None:
    bench.fault("timeout_after_commit")
    assert bench.engine.commit(CHARGED) == TaxCommitted("ord-aaaa-f1", 3_03)


def test_an_unavailable_engine_recorded_nothing(bench: Bench) -> None:
    bench.fault("503")
    with pytest.raises(PartnerUnavailable):
        bench.engine.commit(CHARGED)
    assert bench.engine.get("ord-aaaa-f1", "EUR") is None


def test_a_sale_is_not_recorded_without_the_tax_charged_on_it(bench: Bench) -> None:
    with pytest.raises(BrokenInvariant):
        bench.engine.commit(SALE)
    assert bench.engine.get("ord-aaaa-f1", "EUR") is None


def test_a_void_takes_the_record_back_and_can_be_repeated(bench: Bench) -> None:
    bench.engine.commit(CHARGED)
    for _ in range(2):
        bench.engine.void("ord-aaaa-f1")
    assert bench.engine.get("ord-aaaa-f1", "EUR") is None
    bench.engine.void("never-recorded")
