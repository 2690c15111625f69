"""Cut off or overtaken at every boundary: one effect, and the end is the same."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from oms.kernel.errors import OutcomeUnknown, Retryable
from oms.ledger.domain.accounts import CONTRACT_LIABILITY, PSP_CLEARING
from oms.payments.application.capturing import NotCapturable, ShipmentPaid
from oms.payments.application.ports import CapturesPending, ReleasePending
from oms.payments.application.settling import Settled

from tests.unit.payments.bench import FAULTS, NOW, ORDER, SYSTEM, Bench, Crashed, Fault

Step = Callable[[Bench], object]


def ask_customer(bench: Bench) -> None:
    bench.token = "pm_card_authenticationRequired"
    bench.authorize()
    bench.token = "pm_card_visa"


def refuse_capture(bench: Bench) -> None:
    bench.gateway.lose_hold()
    bench.capture("shp-1", 1_000)
    bench.gateway.regain_hold()


def refuse_refund(bench: Bench) -> None:
    bench.gateway.refuse_refunds()
    bench.settle()
    bench.gateway.refuse_refunds(False)


FLOWS: dict[str, tuple[list[Step], Step, bool]] = {
    "authorize": ([], lambda b: b.authorize(), False),
    "prepay": ([], lambda b: b.authorize(), True),
    "authorize more": ([lambda b: b.authorize(2_000)], lambda b: b.authorize(), False),
    "capture": ([lambda b: b.authorize()], lambda b: b.capture("shp-1", 1_000), False),
    "capture the rest": (
        [lambda b: b.authorize(), lambda b: b.capture("shp-1", 1_000)],
        lambda b: b.capture("shp-2", 2_000),
        False,
    ),
    "capture what was refused": (
        [lambda b: b.authorize(), lambda b: refuse_capture(b)],
        lambda b: b.capture("shp-1", 1_000),
        False,
    ),
    "refuse a capture": ([lambda b: b.authorize(1_000)], lambda b: b.capture("shp-1", 1_001), False),
    "settle beside a refusal": (
        [lambda b: b.authorize(), lambda b: refuse_capture(b)],
        lambda b: b.settle(1_000),
        False,
    ),
    "capture what was refused, the rest called off": (
        [lambda b: b.authorize(), lambda b: refuse_capture(b), lambda b: b.settle(1_000)],
        lambda b: b.capture("shp-1", 1_000),
        False,
    ),
    "give up what was refused, the rest called off": (
        [lambda b: b.authorize(), lambda b: refuse_capture(b), lambda b: b.settle(1_000)],
        lambda b: b.service.write_off(ORDER, "shp-1", now=NOW, actor=SYSTEM),
        False,
    ),
    "recognise": ([lambda b: b.authorize()], lambda b: b.capture("shp-1", 1_000), True),
    "void": ([lambda b: b.authorize()], lambda b: b.settle(), False),
    "void the rest": (
        [lambda b: b.authorize(), lambda b: b.capture("shp-1", 1_000)],
        lambda b: b.settle(1_000),
        False,
    ),
    "refund": ([lambda b: b.authorize()], lambda b: b.settle(), True),
    "refund what was refused": (
        [lambda b: b.authorize(), lambda b: refuse_refund(b)],
        lambda b: b.settle(turn=1),
        True,
    ),
    "take the question back": ([lambda b: ask_customer(b)], lambda b: b.settle(), False),
    "ask the gateway again": ([lambda b: ask_customer(b)], lambda b: b.authorize(attempt=2), False),
}


def prepared(flow: str) -> tuple[Bench, Step]:
    before, step, prepaid = FLOWS[flow]
    bench = Bench(prepaid=prepaid)
    for earlier in before:
        earlier(bench)
    bench.boundaries.crossed = 0
    bench.boundaries.names.clear()
    return bench, step


def outcome_of(bench: Bench) -> tuple[object, ...]:
    payment = bench.payment
    return (
        payment.state, payment.authorized, payment.captured, payment.refunded, payment.voided, payment.recognised,
        payment.in_flight, sorted(bench.facts), sorted(bench.store.entries), bench.gateway.kinds(),
    )  # fmt: skip


def length(flow: str) -> int:
    bench, step = prepared(flow)
    step(bench)
    return bench.boundaries.crossed


def test_every_flow_has_something_to_break_off() -> None:
    assert not [flow for flow in FLOWS if not length(flow)]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("flow", "boundary"), [(flow, n + 1) for flow in FLOWS for n in range(length(flow))])
def test_a_fault_at_any_boundary_and_a_repeat_end_as_if_nothing_had_been(
    flow: str, boundary: int, fault: Fault
) -> None:
    smooth, step = prepared(flow)
    answer = step(smooth)
    bench, _ = prepared(flow)
    bench.boundaries.faults = {boundary: fault}
    with suppress(Crashed, Retryable, OutcomeUnknown):
        step(bench)
    bench.boundaries.faults = {}
    assert step(bench) == answer
    assert outcome_of(bench) == outcome_of(smooth)
    assert bench.gateway.blind_repeats == []
    assert bench.gateway.most_effects_per_key <= 1


@pytest.mark.parametrize(("flow", "boundary"), [(flow, n + 1) for flow in FLOWS for n in range(length(flow))])
def test_the_same_command_running_twice_at_once_has_one_effect(flow: str, boundary: int) -> None:
    smooth, step = prepared(flow)
    answer = step(smooth)
    bench, _ = prepared(flow)
    bench.boundaries.meanwhile = {boundary: lambda: step(bench)}
    assert step(bench) == answer
    assert outcome_of(bench) == outcome_of(smooth)
    assert bench.gateway.most_effects_per_key <= 1


@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_two_shipments_captured_at_once_are_both_captured(boundary: int) -> None:
    bench, step = prepared("capture")
    bench.boundaries.meanwhile = {boundary: lambda: bench.capture("shp-2", 2_000)}
    step(bench)
    assert bench.gateway.kept == bench.payment.captured == bench.balance(PSP_CLEARING) == 3_000
    assert bench.gateway.most_effects_per_key == 1


@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_a_cancellation_during_a_capture_waits_or_comes_too_late_but_never_takes_its_money(
    boundary: int,
) -> None:
    bench, step = prepared("capture")

    def cancel() -> None:
        with pytest.raises(CapturesPending):
            bench.settle(1_000)

    bench.boundaries.meanwhile = {boundary: cancel}
    step(bench)
    assert bench.settle(1_000) == Settled(voided=2_000, refunded=0)
    assert (bench.gateway.kept, bench.gateway.held) == (1_000, 0)


@pytest.mark.parametrize("boundary", [2, 3])
def test_a_capture_during_a_release_finishes_it_and_is_refused(boundary: int) -> None:
    bench, step = prepared("void")
    refused: list[object] = []
    bench.boundaries.meanwhile = {boundary: lambda: refused.append(bench.capture("shp-1", 1_000))}
    assert step(bench) == Settled(3_000, 0)
    assert refused == [NotCapturable("shp-1", 1_000, "payment_voided")]
    assert bench.gateway.kinds() == ["authorize", "void"]
    assert bench.gateway.most_effects_per_key == 1


@pytest.mark.parametrize(
    ("boundary", "fault"),
    [
        (2, "crash before"), (2, "crash after"), (2, "lost before"), (2, "lost after"), (2, "unavailable"),
        (3, "crash before"), (3, "lost before"),
    ],
)  # fmt: skip
def test_a_release_whose_workflow_has_died_is_finished_by_the_next_capture(
    boundary: int, fault: Fault
) -> None:
    bench, step = prepared("void")
    bench.boundaries.faults = {boundary: fault}
    with suppress(Crashed, Retryable, OutcomeUnknown):
        step(bench)
    bench.boundaries.faults = {}
    assert bench.payment.busy("void")
    assert bench.capture("shp-1", 1_000) == NotCapturable("shp-1", 1_000, "payment_voided")
    assert (bench.payment.voided, bench.payment.in_flight) == (3_000, {})
    assert bench.gateway.kinds() == ["authorize", "void"]
    assert bench.gateway.most_effects_per_key == 1


def test_a_capture_waits_while_the_hold_is_replaced_by_another() -> None:
    bench = Bench()
    bench.authorize()
    bench.boundaries.crossed = 0
    bench.boundaries.faults = {2: "lost before"}
    with pytest.raises(OutcomeUnknown):
        bench.authorize(4_000, attempt=2)
    bench.boundaries.faults = {}
    with pytest.raises(ReleasePending):
        bench.capture("shp-1", 1_000)
    bench.authorize(4_000, attempt=2)
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)


@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_a_settlement_while_a_refused_capture_is_tried_again_waits_or_leaves_it_its_hold(
    boundary: int,
) -> None:
    bench = Bench()
    bench.authorize()
    refuse_capture(bench)
    bench.boundaries.crossed = 0

    def call_off() -> None:
        with suppress(CapturesPending):
            bench.settle(1_000)

    bench.boundaries.meanwhile = {boundary: call_off}
    with suppress(Retryable):
        bench.capture("shp-1", 1_000)
    assert bench.capture("shp-1", 1_000) == ShipmentPaid("shp-1", 1_000)
    assert bench.settle(1_000) == Settled(voided=2_000, refunded=0)
    assert (bench.gateway.kept, bench.gateway.held) == (1_000, 0)
    assert bench.gateway.most_effects_per_key == 1


def test_a_cancellation_overtaken_by_a_capture_under_way_releases_nothing() -> None:
    bench, step = prepared("void")

    def ship() -> None:
        with pytest.raises(OutcomeUnknown):
            bench.capture("shp-1", 1_000)

    bench.boundaries.meanwhile, bench.boundaries.faults = {1: ship}, {3: "lost before"}
    with pytest.raises(CapturesPending):
        step(bench)
    assert bench.gateway.held == 3_000


@pytest.mark.parametrize("prepaid", [False, True])
@pytest.mark.parametrize("boundary", [2, 3])
def test_an_authorization_that_is_cancelled_while_it_is_asked_for_leaves_no_money_behind(
    boundary: int, prepaid: bool
) -> None:
    bench = Bench(prepaid=prepaid)
    bench.boundaries.meanwhile = {boundary: bench.settle}
    assert bench.authorize()[0] == "DECLINED"
    assert (bench.gateway.held, bench.gateway.kept) == (0, 0)
    assert (bench.balance(PSP_CLEARING), bench.balance(CONTRACT_LIABILITY)) == (0, 0)


@pytest.mark.parametrize("prepaid", [False, True])
def test_nor_does_it_where_the_gateway_cannot_find_it_yet(prepaid: bool) -> None:
    bench = Bench(prepaid=prepaid)
    bench.gateway.misreport("find_authorization", None)
    bench.boundaries.meanwhile = {3: bench.settle}
    bench.authorize()
    assert (bench.gateway.held, bench.gateway.kept) == (0, 0)


@pytest.mark.parametrize("boundary", [1, 2, 3])
def test_a_recognition_and_a_refund_at_once_share_the_deposit(boundary: int) -> None:
    bench, _ = prepared("refund")
    bench.boundaries.meanwhile = {boundary: lambda: bench.capture("shp-1", 1_000)}
    bench.settle(1_000)
    bench.capture("shp-1", 1_000)
    assert bench.gateway.kept == 1_000
    assert bench.balance(CONTRACT_LIABILITY) == 0


def test_a_capture_repeated_after_the_gateway_forgot_its_keys_is_found_not_repeated() -> None:
    bench, step = prepared("capture")
    bench.boundaries.faults = {2: "crash after"}
    with pytest.raises(Crashed):
        step(bench)
    bench.boundaries.names.clear()
    step(bench)
    assert bench.boundaries.names == ["find_capture", "conclude"]
