"""The journal: what cannot be written, and what each movement of money means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oms.kernel.errors import BrokenInvariant
from oms.ledger.domain.accounts import (
    ACCOUNTS,
    CHART,
    CONTRACT_LIABILITY,
    PRODUCT_REVENUE,
    PSP_CLEARING,
    SHIPPING_REVENUE,
    TAX_PAYABLE,
    AccountType,
    Side,
)
from oms.ledger.domain.entries import (
    Charge,
    entry_for_capture_at_shipment,
    entry_for_prepayment,
    entry_for_recognition,
    entry_for_refund_of_prepayment,
)
from oms.ledger.domain.journal import (
    InvalidEntry,
    JournalEntry,
    Posting,
    credit,
    debit,
    imbalance,
    reversal,
    trial_balance,
)

AT = "2026-11-30T23:59:59.999Z"
ORDER = "ord_1"

minor = st.integers(0, 10**9)


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    product, shipping = draw(minor), draw(minor)
    product_tax = draw(st.integers(0, product))
    shipping_tax = draw(st.integers(0, shipping))
    return Charge(product, shipping, product_tax + shipping_tax, shipping_tax, draw(st.booleans()))


def an_entry(*postings: Posting, currency: str = "EUR") -> JournalEntry:
    return JournalEntry("e-1", ORDER, currency, AT, "test", postings)


def at_shipment(charge: Charge) -> JournalEntry:
    return entry_for_capture_at_shipment(
        charge, order_id=ORDER, shipment_id="shp-1", currency="EUR", occurred_at=AT
    )


def recognised(charge: Charge) -> JournalEntry:
    return entry_for_recognition(charge, order_id=ORDER, shipment_id="shp-1", currency="EUR", occurred_at=AT)


def prepaid(amount: int) -> JournalEntry:
    return entry_for_prepayment(amount, order_id=ORDER, number=1, currency="EUR", occurred_at=AT)


def refunded(amount: int) -> JournalEntry:
    return entry_for_refund_of_prepayment(amount, order_id=ORDER, number=1, currency="EUR", occurred_at=AT)


def test_an_entry_whose_sides_differ_cannot_exist() -> None:
    with pytest.raises(InvalidEntry, match="differ by 1"):
        an_entry(debit(PSP_CLEARING, 101), credit(PRODUCT_REVENUE, 100))


def test_an_entry_without_postings_cannot_exist() -> None:
    with pytest.raises(InvalidEntry):
        an_entry()


def test_an_entry_in_an_unknown_currency_cannot_exist() -> None:
    with pytest.raises(InvalidEntry, match="EUX"):
        an_entry(debit(PSP_CLEARING, 1), credit(PRODUCT_REVENUE, 1), currency="EUX")


@pytest.mark.parametrize("amount", [0, -1])
def test_a_posting_is_positive(amount: int) -> None:
    with pytest.raises(InvalidEntry):
        debit(PSP_CLEARING, amount)


def test_a_posting_names_an_account_of_the_chart() -> None:
    with pytest.raises(InvalidEntry, match="petty_cash"):
        debit("petty_cash", 1)


def test_an_invalid_entry_is_a_broken_invariant_for_engineers() -> None:
    assert issubclass(InvalidEntry, BrokenInvariant)
    assert (InvalidEntry.code, InvalidEntry.owner) == ("invalid_journal_entry", "engineering")


def test_the_chart_has_every_account_once_and_its_normal_side_fits_its_type() -> None:
    assert len(ACCOUNTS) == len(CHART) == len({account.number for account in CHART})
    grows_by_debit = {AccountType.ASSET, AccountType.CONTRA_REVENUE}
    for account in CHART:
        assert (account.normal is Side.DEBIT) == (account.type in grows_by_debit), account


def test_a_capture_where_prices_exclude_tax_charges_the_tax_on_top() -> None:
    charge = Charge(product=10_000, shipping=500, tax=1_995, shipping_tax=95, prices_include_tax=False)
    assert at_shipment(charge).postings == (
        debit(PSP_CLEARING, 12_495),
        credit(PRODUCT_REVENUE, 10_000),
        credit(SHIPPING_REVENUE, 500),
        credit(TAX_PAYABLE, 1_995),
    )


def test_a_capture_where_prices_include_tax_takes_the_tax_out_of_each_part() -> None:
    charge = Charge(product=11_900, shipping=595, tax=1_995, shipping_tax=95, prices_include_tax=True)
    assert at_shipment(charge).postings == (
        debit(PSP_CLEARING, 12_495),
        credit(PRODUCT_REVENUE, 10_000),
        credit(SHIPPING_REVENUE, 500),
        credit(TAX_PAYABLE, 1_995),
    )


def test_parts_of_nothing_are_not_posted() -> None:
    charge = Charge(product=1_000, shipping=0, tax=0, shipping_tax=0, prices_include_tax=False)
    assert at_shipment(charge).postings == (debit(PSP_CLEARING, 1_000), credit(PRODUCT_REVENUE, 1_000))


def test_a_charge_with_more_tax_than_price_inside_it_is_refused() -> None:
    with pytest.raises(InvalidEntry):
        Charge(product=100, shipping=0, tax=101, shipping_tax=0, prices_include_tax=True)


def test_a_prepayment_is_a_deposit_and_its_refund_gives_the_deposit_back() -> None:
    assert prepaid(900).postings == (debit(PSP_CLEARING, 900), credit(CONTRACT_LIABILITY, 900))
    assert refunded(900).postings == (debit(CONTRACT_LIABILITY, 900), credit(PSP_CLEARING, 900))


def test_entry_ids_are_the_natural_keys() -> None:
    charge = Charge(1, 0, 0, 0, prices_include_tax=False)
    ids = [e.entry_id for e in (at_shipment(charge), recognised(charge), prepaid(1), refunded(1))]
    assert ids == ["capture-shp-1", "recognition-shp-1", "prepayment-ord_1-1", "refund-ord_1-1"]


def test_the_period_is_the_month_in_utc() -> None:
    assert prepaid(1).period == "2026-11"


@given(charges().filter(lambda charge: charge.total > 0))
def test_every_entry_balances_whatever_the_charge(charge: Charge) -> None:
    for entry in (at_shipment(charge), recognised(charge), prepaid(charge.total), refunded(charge.total)):
        assert imbalance(entry.postings) == 0


@given(charges().filter(lambda charge: charge.total > 0))
def test_prepaid_and_recognised_leaves_the_same_books_as_captured_at_shipment(charge: Charge) -> None:
    balances = trial_balance([prepaid(charge.total), recognised(charge)])
    assert balances.pop(("EUR", CONTRACT_LIABILITY)) == 0
    assert balances == trial_balance([at_shipment(charge)])


@given(st.lists(charges().filter(lambda charge: charge.total > 0)), st.sampled_from(["EUR", "JPY"]))
def test_a_trial_balance_adds_up_to_zero_and_reversals_empty_it(some: list[Charge], currency: str) -> None:
    entries = [
        entry_for_capture_at_shipment(
            c, order_id=ORDER, shipment_id=f"s{n}", currency=currency, occurred_at=AT
        )
        for n, c in enumerate(some)
    ]
    assert sum(trial_balance(entries).values()) == 0
    reversed_too = [*entries, *(reversal(entry, occurred_at=AT) for entry in entries)]
    assert set(trial_balance(reversed_too).values()) <= {0}


def test_a_reversal_names_what_it_takes_back_and_stands_in_its_own_period() -> None:
    taken_back = reversal(prepaid(5), occurred_at="2026-12-01T00:00:00.000Z")
    assert taken_back.entry_id == "reversal-prepayment-ord_1-1"
    assert (taken_back.reverses, taken_back.period) == ("prepayment-ord_1-1", "2026-12")


def test_currencies_are_balanced_apart() -> None:
    entries = [prepaid(5), JournalEntry("e-2", ORDER, "JPY", AT, "test", prepaid(7).postings)]
    assert trial_balance(entries)["EUR", PSP_CLEARING] == 5
    assert trial_balance(entries)["JPY", PSP_CLEARING] == 7
