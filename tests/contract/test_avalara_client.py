"""What only the real tax client can get wrong: the wire, faults, recorded answers, exact amounts, the estimate."""

import gzip
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from oms.contracts.tax import TaxableLine, TaxDocument, TaxQuote
from oms.kernel.errors import BrokenInvariant, OutcomeUnknown, PartnerRejected, PartnerUnavailable
from oms.partners.amounts import to_decimal, to_json_number, to_minor
from oms.partners.avalara import STANDARD_RATES, AvalaraTax, estimate
from oms.partners.breaker import Breaker
from oms.partners.http import Http

from tests.contract.replies import reply
from tests.contract.running import RunningSandbox
from tests.contract.tax_documents import CHARGED, CUSTOMER, SALE
from tests.contract.validating import ValidatingTransport, avatax_check


def test_every_request_is_legal_by_avataxs_own_models(
    sandbox: RunningSandbox, avatax_models: dict[str, Any]
) -> None:
    base = f"{sandbox.url}/avalara"
    transport = ValidatingTransport(avatax_check(avatax_models))
    engine = AvalaraTax(base, "2000", "licence", "DEFAULT", http=Http(base, transport=transport))
    engine.quote(SALE)
    engine.commit(CHARGED)
    engine.void(CHARGED.code)
    engine.close()
    assert transport.checked == 3


def test_the_sandbox_answers_in_avataxs_own_model(
    sandbox: RunningSandbox, real_tax: AvalaraTax, avatax_models: dict[str, Any]
) -> None:
    real_tax.commit(CHARGED)
    path = f"{sandbox.url}/avalara/api/v2/companies/DEFAULT/transactions/{CHARGED.code}"
    model = httpx.get(path, auth=("2000", "licence"), trust_env=False).json()
    Draft202012Validator(avatax_models | {"$ref": "#/$defs/TransactionModel"}).validate(model)


def test_a_repeated_commit_takes_effect_once(sandbox: RunningSandbox, real_tax: AvalaraTax) -> None:
    sandbox.fault("avalara", "timeout_after_commit")
    real_tax.commit(CHARGED)
    real_tax.commit(CHARGED)
    assert sandbox.effects("avalara") == [
        {
            "code": "ord-aaaa-f1",
            "status": "Committed",
            "currency": "EUR",
            "amount": 15_90,
            "tax": 3_03,
            "commits": 1,
        }
    ]


@pytest.mark.parametrize("fault", ["hang", "500", "drop_before", "redirect"])
def test_a_commit_that_left_no_record_stays_unknown(
    sandbox: RunningSandbox, real_tax: AvalaraTax, fault: str
) -> None:
    sandbox.fault("avalara", fault)
    with pytest.raises(OutcomeUnknown):
        real_tax.commit(CHARGED)
    assert sandbox.effects("avalara") == []


def test_a_look_up_that_fails_too_leaves_the_commit_unknown(
    sandbox: RunningSandbox, real_tax: AvalaraTax
) -> None:
    sandbox.fault("avalara", "timeout_after_commit")
    sandbox.fault("avalara", "503", method="GET")
    with pytest.raises(OutcomeUnknown):
        real_tax.commit(CHARGED)


@pytest.mark.parametrize("fault", ["malformed", "oversized", "drop_after", "500_after_commit"])
def test_a_commit_whose_answer_is_worthless_is_looked_up(
    sandbox: RunningSandbox, real_tax: AvalaraTax, fault: str
) -> None:
    sandbox.fault("avalara", fault)
    assert real_tax.commit(CHARGED).total == 3_03


def test_an_order_of_two_thousand_lines_is_quoted(real_tax: AvalaraTax) -> None:
    lines = tuple(TaxableLine(number, f"SKU-{number}", 1, number) for number in range(1, 2_001))
    assert len(real_tax.quote(replace(SALE, lines=lines)).lines) == 2_000


def test_a_refused_address_is_a_rejection_with_avataxs_code(real_tax: AvalaraTax) -> None:
    with pytest.raises(PartnerRejected, match="StringLengthError"):
        real_tax.quote(replace(SALE, ship_to=replace(CUSTOMER, postal_code="not a postal code")))


def test_refused_credentials_are_a_rejection(sandbox: RunningSandbox) -> None:
    engine = AvalaraTax(f"{sandbox.url}/avalara", "2000", "", "DEFAULT")
    with pytest.raises(PartnerRejected, match="401"):
        engine.quote(SALE)
    engine.close()


def test_a_code_avatax_cannot_take_is_not_sent(real_tax: AvalaraTax) -> None:
    with pytest.raises(BrokenInvariant):
        real_tax.quote(replace(SALE, code="ord_aaaa"))


def test_a_dead_engine_opens_the_circuit() -> None:
    calls: list[int] = []

    def handle(_: httpx.Request) -> httpx.Response:
        calls.append(1)
        return reply(503)

    http = Http("https://tax.example", transport=httpx.MockTransport(handle))
    engine = AvalaraTax("https://tax.example", "a", "l", "C", http=http, breaker=Breaker(failures=3))
    for _ in range(5):
        with pytest.raises(PartnerUnavailable):
            engine.quote(SALE)
    assert len(calls) == 3


@pytest.mark.parametrize("numbers", [["1", "2"], ["1", "shipping"], ["1", "2", "3", "shipping"]])
def test_an_answer_about_other_lines_is_no_quote(numbers: list[str]) -> None:
    body = {"lines": [{"lineNumber": number, "tax": 1} for number in numbers]}
    http = Http("https://tax.example", transport=httpx.MockTransport(lambda _: reply(201, body)))
    with pytest.raises(PartnerUnavailable, match="unreadable"):
        AvalaraTax("https://tax.example", "a", "l", "C", http=http).quote(SALE)


def recorded(contracts: Path) -> list[dict[str, Any]]:
    with gzip.open(contracts / "avatax/recorded_saleor.json.gz") as file:
        rows = json.load(file)["interactions"]
    return [row for row in rows if row["request"]["uri"].endswith("createoradjust")]


def asked(model: dict[str, Any]) -> TaxDocument:
    """The document behind a recorded request; its lines carry no numbers, so AvaTax numbered them."""
    currency = model["currencyCode"]
    lines = tuple(
        TaxableLine(number, line["itemCode"], line["quantity"], to_minor(Decimal(line["amount"]), currency))
        for number, line in enumerate(model["lines"], start=1)
    )
    included = model["lines"][0]["taxIncluded"]
    return replace(
        SALE, code=model["code"], currency=currency, lines=lines, shipping=0, prices_include_tax=included
    )


def test_every_recorded_answer_is_read_to_the_cent(contracts: Path) -> None:
    read = 0
    for row in recorded(contracts):
        if row["response"]["status"] != 201:
            continue
        body = row["response"]["body"]
        document = asked(row["request"]["body"]["createTransactionModel"])
        answer = json.dumps(body).encode()
        http = Http("https://tax.example", transport=httpx.MockTransport(lambda _, a=answer: reply(201, a)))
        quote = AvalaraTax("https://tax.example", "a", "l", "C", http=http).quote(document)
        assert to_decimal(quote.total, document.currency) == Decimal(str(body["totalTax"]))
        read += 1
    assert read == 87


def test_recorded_refusals_are_rejections(contracts: Path) -> None:
    refused = [row for row in recorded(contracts) if row["response"]["status"] >= 400]
    for row in refused:
        status, answer = row["response"]["status"], json.dumps(row["response"]["body"]).encode()
        http = Http(
            "https://tax.example",
            transport=httpx.MockTransport(lambda _, s=status, a=answer: reply(s, a)),
        )
        with pytest.raises(PartnerRejected, match=row["response"]["body"]["error"]["code"]):
            AvalaraTax("https://tax.example", "a", "l", "C", http=http).quote(SALE)
    assert len(refused) == 4


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1234, "EUR", "12.34"), (-5, "USD", "-0.05"), (1234, "JPY", "1234"), (1234, "KWD", "1.234")],
)
def test_amounts_cross_exactly_both_ways(minor: int, currency: str, text: str) -> None:
    assert to_decimal(minor, currency) == Decimal(text)
    assert to_minor(Decimal(text), currency) == minor
    assert json.dumps(to_json_number(minor, currency)) == text


def test_an_amount_is_never_rounded_on_its_way() -> None:
    with pytest.raises(ValueError, match="smallest unit"):
        to_minor(Decimal("0.5"), "JPY")
    with pytest.raises(BrokenInvariant):
        to_json_number(12_345_678_901_234_567_89, "EUR")


def test_the_estimate_uses_the_standard_rate_and_says_so() -> None:
    assert estimate(SALE) == TaxQuote({1: 1_90, 2: 19}, 93, estimated=True)
    assert estimate(replace(SALE, prices_include_tax=True)) == TaxQuote({1: 1_60, 2: 16}, 78, estimated=True)
    assert estimate(replace(SALE, ship_to=replace(CUSTOMER, country="US"))).total == 0


def test_the_estimates_rates_are_those_of_the_published_table(contracts: Path) -> None:
    table = json.loads((contracts / "tax/eu_vat_rates_data.json").read_text())["rates"]
    ours = {country: float(rate * 100) for country, rate in STANDARD_RATES.items()}
    assert ours == {country: table[country]["standard"] for country in ours}
    assert {country for country, row in table.items() if row["eu_member"]} <= ours.keys()
