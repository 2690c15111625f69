"""Fraud screening: one suite for the in-memory fake and for the client against the running sandbox."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from oms.contracts.screening import Verdict
from oms.contracts.snapshots import Address, LineSnapshot, OrderSnapshot
from oms.kernel.errors import BrokenInvariant, PartnerRejected, PartnerUnavailable
from oms.partners.accertify import AccertifyScreening, Decision, FieldMap, parse_decision
from oms.partners.http import Http

from tests.contract.replies import reply
from tests.contract.running import RunningSandbox
from tests.fakes.gateways import FakeScreening

ORDER = OrderSnapshot(
    order_id="ord_" + "b" * 26,
    channel="web",
    external_order_id="W-1",
    currency="GBP",
    placed_at="2026-11-27T09:00:00.000Z",
    ship_to=Address("C. Stone", "2 Garden Lane", "Leeds", "LS1 1AA", "GB"),
    lines=(LineSnapshot(1, "l1", "TEA-1", 3, 500), LineSnapshot(2, "l2", "MUG-1", 1, 999, discount=99)),
    shipping=490,
    prices_include_tax=True,
    payment_token="pm_card_visa",
    prepaid=False,
    email="customer@example.com",
)


class Screening(Protocol):
    def screen(self, order: OrderSnapshot) -> Verdict: ...


@pytest.fixture
def real(sandbox: RunningSandbox) -> Iterator[AccertifyScreening]:
    base = f"{sandbox.url}/accertify/icNowImport/holdfast"
    screening = AccertifyScreening(base, "user", "password", http=Http(base, read=1.0))
    yield screening
    screening.close()


@pytest.fixture(params=["fake", "sandbox"])
def screening(request: pytest.FixtureRequest) -> Screening:
    if request.param == "fake":
        return FakeScreening()
    client: AccertifyScreening = request.getfixturevalue("real")
    return client


@pytest.mark.parametrize(
    ("mailbox", "decision"),
    [("customer", "ACCEPT"), ("review", "REVIEW"), ("reject", "REJECT"), ("unknown", "REVIEW")],
)
def test_the_recommendation_decides_and_an_unknown_one_holds(
    screening: Screening, mailbox: str, decision: str
) -> None:
    verdict = screening.screen(replace(ORDER, email=f"{mailbox}+7@example.com"))
    assert verdict.decision == decision
    assert verdict.reference


def test_a_score_comes_with_the_verdict(screening: Screening) -> None:
    assert screening.screen(ORDER).score == 12


def test_an_error_document_is_never_an_accept(screening: Screening) -> None:
    with pytest.raises(PartnerUnavailable):
        screening.screen(replace(ORDER, email="error@example.com"))


# What only the real client can get wrong.


@pytest.mark.parametrize(
    "fault", ["500", "503", "429", "hang", "malformed", "oversized", "redirect", "drop_after"]
)
def test_without_a_trustworthy_answer_there_is_no_verdict(
    sandbox: RunningSandbox, real: AccertifyScreening, fault: str
) -> None:
    sandbox.fault("accertify", fault)
    with pytest.raises(PartnerUnavailable):
        real.screen(ORDER)


def test_a_large_order_goes_to_review(real: AccertifyScreening) -> None:
    large = replace(ORDER, lines=(LineSnapshot(1, "l1", "TEA-1", 1, 5_000_000),))
    assert real.screen(large).decision == "REVIEW"


def test_screening_again_is_the_same_case(sandbox: RunningSandbox, real: AccertifyScreening) -> None:
    assert real.screen(ORDER) == real.screen(ORDER)
    (case,) = sandbox.effects("accertify")
    assert (case["transaction_id"], case["times"]) == (ORDER.order_id, 2)


def test_refused_credentials_are_a_rejection(sandbox: RunningSandbox) -> None:
    screening = AccertifyScreening(f"{sandbox.url}/accertify", "", "")
    with pytest.raises(PartnerRejected, match="401"):
        screening.screen(ORDER)
    screening.close()


def sent(order: OrderSnapshot, fields: FieldMap | None = None) -> bytes:
    """The document that leaves for `order`."""
    bodies: list[bytes] = []
    results = f"<transaction-results><transaction-id>{order.order_id}</transaction-id></transaction-results>"

    def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        return reply(200, results.encode())

    http = Http("https://fraud.example", transport=httpx.MockTransport(handle))
    verdict = AccertifyScreening("https://fraud.example", "u", "p", fields=fields, http=http).screen(order)
    assert verdict.decision == "REVIEW", "an answer without a recommendation holds"
    return bodies[0]


def test_the_document_carries_the_order_and_leaves_empty_facts_out() -> None:
    transaction = fromstring(sent(ORDER)).find("transaction")
    assert transaction is not None
    assert transaction.findtext("transactionID") == ORDER.order_id
    assert transaction.findtext("totalAmount") == "28.90"
    assert transaction.findtext("shippingInformation/shippingPostalCode") == "LS1 1AA"
    assert transaction.find("ipAddress") is None
    assert [line.findtext("itemAmount") for line in transaction.iter("orderDetail")] == ["15.00", "9.00"]


def test_a_clients_own_schema_is_configuration() -> None:
    fields = FieldMap(
        envelope="transactionRequests",
        transaction="transactionRequest",
        order={"orderInformation/orderNumber": "order_id", "orderInformation/orderType": "=WEB"},
        lines="orderDetailInformation",
        line="item",
        line_fields={"itemNumber": "sku"},
    )
    root = fromstring(sent(ORDER, fields))
    assert root.findtext("transactionRequest/orderInformation/orderType") == "WEB"
    assert [item.text for item in root.iter("itemNumber")] == ["TEA-1", "MUG-1"]


def test_a_field_map_that_asks_for_an_unknown_fact_is_a_defect() -> None:
    with pytest.raises(BrokenInvariant, match="card_number"):
        sent(ORDER, FieldMap(order={"cardNumber": "card_number"}))


def test_characters_that_xml_cannot_carry_are_left_out() -> None:
    name = "C.\x0b St<o>ne & \ud800 Söhne\x00"
    document = fromstring(sent(replace(ORDER, ship_to=replace(ORDER.ship_to, name=name))))
    assert document.findtext("transaction/shippingInformation/shippingName") == "C. St<o>ne &  Söhne"


def test_an_answer_about_another_order_is_no_answer() -> None:
    results = b"<transaction-results><transaction-id>other</transaction-id><recommendation-code>ACCEPT</recommendation-code></transaction-results>"
    http = Http("https://fraud.example", transport=httpx.MockTransport(lambda _: reply(200, results)))
    with pytest.raises(PartnerUnavailable, match="another transaction"):
        AccertifyScreening("https://fraud.example", "u", "p", http=http).screen(ORDER)


# The decision, in answers and in what is pushed later.


def results(**fields: str) -> bytes:
    named = {"transaction-id": "o1"} | {name.replace("_", "-"): value for name, value in fields.items()}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in named.items())
    return f"<transaction-results>{inner}</transaction-results>".encode()


def test_the_published_samples_are_read(contracts: Path) -> None:
    accept = (contracts / "accertify/samples/accept.xml").read_bytes()
    assert parse_decision(accept) == Decision("aa", Verdict("ACCEPT", "bb-cc-dd-ee", 42, "foo bar baz"))
    with pytest.raises(PartnerUnavailable, match="ERROR"):
        parse_decision((contracts / "accertify/samples/error.xml").read_bytes())


def test_the_analysts_action_wins_over_the_recommendation() -> None:
    pushed = parse_decision(results(recommendation_code="REVIEW", action_type="accept"))
    assert pushed.verdict.decision == "ACCEPT"
    unknown = parse_decision(results(recommendation_code="ACCEPT", action_type="ESCALATE"))
    assert unknown.verdict.decision == "REVIEW"


def test_a_clients_own_words_are_configuration() -> None:
    assert parse_decision(results(recommendation_code="1:Allow")).verdict.decision == "REVIEW"
    theirs = parse_decision(results(recommendation_code="1:Allow"), {"1:ALLOW": "ACCEPT"})
    assert theirs.verdict.decision == "ACCEPT"


@pytest.mark.parametrize(("text", "score"), [("42", 42), ("-3", -3), ("", None), ("high", None), ("²", None)])
def test_a_score_that_is_no_number_is_no_score(text: str, score: int | None) -> None:
    assert parse_decision(results(total_score=text)).verdict.score == score


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<other/>",
        b"<transaction-results/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><transaction-results><transaction-id>&a;</transaction-id></transaction-results>',
        b'<!DOCTYPE x SYSTEM "y"><transaction-results><transaction-id>o1</transaction-id></transaction-results>',
        b"<?xml version='1.0' encoding='no-such'?><transaction-results/>",
    ],
)
def test_what_is_no_decision_is_never_an_accept(xml: bytes) -> None:
    with pytest.raises(PartnerUnavailable):
        parse_decision(xml)
