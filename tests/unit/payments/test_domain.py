"""The payment as a value, the shipment it is captured for, and the laws on plain figures."""

from dataclasses import replace

import pytest
from oms.kernel.errors import BrokenInvariant
from oms.kernel.ids import effect_key
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PSP_CLEARING
from oms.ledger.domain.journal import credit, debit
from oms.payments.domain.effects import (
    NO_TURN,
    Effect,
    after_refusals,
    capture_key,
    number_in,
    refund_key,
    refusals_in,
)
from oms.payments.domain.laws import EntryFigures, PaymentFigures, broken_laws, law_4
from oms.payments.domain.machines import EffectState
from oms.payments.domain.payment import Payment
from oms.payments.domain.shipment import Shipment

from tests.unit.payments.bench import ORDER

SHIPPED = {
    "order_id": ORDER,
    "shipment_id": "shp-1",
    "fulfilment_order_id": f"{ORDER}-f1",
    "currency": "EUR",
    "prices_include_tax": False,
    "prepaid": False,
    "lines": [[1, "SKU-1", 2, 2_000, 380]],
    "product": 2_000,
    "shipping": 500,
    "tax": 475,
    "shipping_tax": 95,
    "total": 2_975,
    "final": True,
}
FIGURES = PaymentFigures(ORDER, "EUR", "CAPTURED", "k", 100, 100, 40, 0, 0, ())
TAKEN = EntryFigures(
    ORDER, "p", "EUR", "2026-11", (debit(PSP_CLEARING, 100), credit(CONTRACT_LIABILITY, 100))
)
BACK = EntryFigures(ORDER, "r", "EUR", "2026-11", (debit(CONTRACT_LIABILITY, 40), credit(PSP_CLEARING, 40)))


def a_hold(amount: int = 1_000) -> Payment:
    requested = Payment.request(
        order_id=ORDER, channel="web", currency="EUR", amount=amount, attempt=1, prepaid=False
    )
    return requested.hold("pi_1")


def test_every_change_is_the_next_version() -> None:
    held = a_hold()
    assert (held.version, held.begin(Effect("k", "capture", 1)).version) == (2, 3)


def test_a_payment_that_breaks_law_4_cannot_exist() -> None:
    with pytest.raises(BrokenInvariant, match="law 4"):
        replace(a_hold(), captured=1_001)
    with pytest.raises(BrokenInvariant, match="law 4"):
        replace(a_hold(), captured=500, refunded=501)


def test_captures_under_way_count_against_the_hold() -> None:
    busy = a_hold().begin(Effect("a", "capture", 600))
    assert busy.capturable == 400
    with pytest.raises(BrokenInvariant):
        busy.begin(Effect("b", "capture", 401))


def test_a_refund_under_way_counts_against_what_was_taken() -> None:
    taken = replace(a_hold(), captured=1_000)
    busy = taken.begin(Effect("a", "refund", 600, EffectState.SUBMITTED))
    assert (busy.pending_refund, busy.refundable) == (600, 400)
    with pytest.raises(BrokenInvariant):
        busy.begin(Effect("b", "refund", 401, EffectState.SUBMITTED))


def test_a_refusal_outside_a_settlement_does_not_forget_that_of_one() -> None:
    payment = replace(a_hold(), captured=1_000)
    for turn in (5, NO_TURN):
        effect = Effect("a", "refund", 600, EffectState.SUBMITTED)
        payment = payment.begin(effect).fail_refund(effect, turn, "no funds")
    assert (payment.refund_turn, payment.refund_refusals, payment.reason) == (5, 2, "no funds")


def test_a_deposit_is_not_both_earned_and_given_back() -> None:
    taken = replace(a_hold(), captured=1_000, prepaid=True).recognise(600)
    assert taken.unearned == 400
    with pytest.raises(BrokenInvariant):
        taken.begin(Effect("a", "refund", 401, EffectState.SUBMITTED))


def test_an_order_whose_money_was_taken_is_not_authorized_anew() -> None:
    effect = Effect("a", "capture", 400)
    voided = a_hold().begin(effect).capture(effect).find_voided("pi_1")
    with pytest.raises(BrokenInvariant, match="has taken 400"):
        voided.attempt_anew(amount=600, attempt=2, prepaid=False)


def test_keys_are_derived_from_order_operation_and_group() -> None:
    assert a_hold().key == effect_key(ORDER, "authorize", 1)
    assert capture_key(ORDER, "shp-1") == effect_key(ORDER, "capture", "shp-1")


def test_a_key_that_was_refused_is_never_used_again() -> None:
    assert capture_key(ORDER, "f1-p1", 0) == effect_key(ORDER, "capture", "f1-p1")
    assert refund_key(ORDER, 2, 0) == effect_key(ORDER, "refund", 2)
    keys = {capture_key(ORDER, "f1-p1", n) for n in range(3)} | {refund_key(ORDER, 2, n) for n in range(3)}
    assert len(keys) == 6


@pytest.mark.parametrize(("refusals", "said"), [(0, "captured-f1-p1"), (12, "captured-f1-p1.12")])
def test_an_event_tells_how_often_its_effect_was_refused_before(refusals: int, said: str) -> None:
    assert f"captured-{after_refusals('f1-p1', refusals)}" == said
    assert refusals_in(f"{ORDER}:payments:{said}") == refusals


@pytest.mark.parametrize(("key", "number"), [("authorized-2", 2), ("refunded-12", 12), ("refunded-12.3", 12)])
def test_an_event_tells_which_of_its_kind_it_was(key: str, number: int) -> None:
    assert number_in(f"{ORDER}:payments:{key}") == number


def test_a_shipment_is_read_from_the_event_that_reports_it() -> None:
    shipment = Shipment.of(SHIPPED, occurred_at="2026-11-27T09:00:00.000Z")
    assert (shipment.order_id, shipment.shipment_id, shipment.total) == (ORDER, "shp-1", 2_975)
    assert (shipment.occurred_at, Shipment.of(SHIPPED).occurred_at) == ("2026-11-27T09:00:00.000Z", "")


def test_a_shipment_that_asks_for_another_sum_than_its_parts_is_refused() -> None:
    with pytest.raises(BrokenInvariant, match="asks 2974"):
        Shipment.of(SHIPPED | {"total": 2_974})


@pytest.mark.parametrize(
    ("authorized", "captured", "refunded", "pending", "lawful"),
    [
        (10, 10, 6, 4, True),
        (10, 10, 6, 5, False),
        (9, 10, 0, 0, False),
        (10, 0, 0, -1, False),
        (10, 5, -1, 1, False),
    ],
)
def test_law_4(authorized: int, captured: int, refunded: int, pending: int, lawful: bool) -> None:
    assert (
        law_4(authorized=authorized, captured=captured, refunded=refunded, pending_refund=pending) is lawful
    )


def test_books_that_agree_break_no_law() -> None:
    assert broken_laws([FIGURES], [TAKEN, BACK]) == []


def test_an_unbalanced_entry_breaks_law_3() -> None:
    lopsided = replace(TAKEN, postings=(debit(CONTRACT_LIABILITY, 1),))
    assert broken_laws([], [lopsided]) == [f"law 3: p of {ORDER} is off by 1 EUR"]


def test_a_payment_refunded_beyond_its_capture_breaks_law_4() -> None:
    beyond = replace(FIGURES, pending_refund=61)
    assert [text[:5] for text in broken_laws([beyond], [TAKEN, BACK])] == ["law 4"]


def test_money_that_moved_without_an_entry_is_found() -> None:
    assert broken_laws([FIGURES], [TAKEN]) == [
        f"books: clearing of {ORDER} differs from its payment by 40 EUR"
    ]


def test_an_entry_without_a_payment_is_found() -> None:
    assert broken_laws([], [TAKEN]) == [f"books: clearing of {ORDER} differs from its payment by 100 EUR"]
