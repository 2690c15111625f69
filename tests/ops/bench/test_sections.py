"""What the figures are made of: prices, histories, and the names of the sections."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from infra.names import camel
from infra.stacks.workflows import RESUMES, TASKS
from ops.bench.__main__ import _names
from ops.bench.handlers import handler_of
from ops.bench.happy_path import CONSUMERS
from ops.bench.prices import EXPRESS_GB, PRICES, Quantities, cost
from ops.bench.sections import SECTIONS, Bench, calls, history
from ops.bench.transitions import of_history
from ops.local.synth import ROOT
from ops.verify.outbox_laws import CONSUMERS as VERIFIED

OFF_THE_HAPPY_PATH = {
    "inventory/release_stock",
    "payments/settle_cancellation",
    "capture/hold_order",
    "capture/cancel_lines",
    "support/await_resolution",
}


def quantities(**changes: float) -> Quantities:
    nothing = dict.fromkeys(Quantities.__dataclass_fields__, 0.0)
    return Quantities(**(nothing | changes))


def test_the_cost_of_a_thousand_orders_is_the_sum_of_its_parts() -> None:
    found = cost(quantities(transitions=7, write_units=60, http_requests=2, deliveries=5))

    assert found["Step Functions Standard"] == pytest.approx(0.175)
    assert found["DynamoDB"] == pytest.approx(0.0375)
    assert found["API Gateway"] == pytest.approx(0.002)
    assert found["SQS"] == pytest.approx(0.006)
    assert found["total"] == pytest.approx(0.2205)


@pytest.mark.parametrize(("seconds", "billed"), [(0.0, 0.0), (0.04, 0.1), (0.1, 0.1), (0.101, 0.2)])
def test_an_express_run_is_billed_by_tenths_of_a_second(seconds: float, billed: float) -> None:
    found = cost(quantities(express_seconds=seconds))

    assert found["total"] == pytest.approx(1_000 * billed * EXPRESS_GB * PRICES["express GB-second"])


def test_nothing_costs_nothing() -> None:
    assert cost(quantities())["total"] == 0


def test_transitions_are_the_states_entered() -> None:
    history: list[dict[str, Any]] = [
        {"type": "ExecutionStarted"},
        {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Assess"}},
        {"type": "TaskScheduled", "taskScheduledEventDetails": {"resource": "startSyncExecution"}},
        {"type": "TaskStateExited", "stateExitedEventDetails": {"name": "Assess"}},
        {"type": "SucceedStateEntered", "stateEnteredEventDetails": {"name": "Complete"}},
    ]

    counted = of_history(history)

    assert (counted.count, counted.states, counted.express_runs) == (2, ("Assess", "Complete"), 1)


def test_only_known_sections_can_be_asked_for() -> None:
    assert _names("costs,first") == ["costs", "first"]
    with pytest.raises(argparse.ArgumentTypeError, match="no section speed"):
        _names("costs,speed")
    assert all(section.__doc__ for section in SECTIONS.values())


def test_a_handler_is_found_by_its_folder() -> None:
    assert callable(handler_of("capture/start_order_capture"))
    with pytest.raises(FileNotFoundError):
        handler_of("capture/nowhere")


def test_the_happy_path_runs_every_task_up_to_the_wait_for_shipment() -> None:
    """A task that joins the happy path must join the measurement."""
    files = ("order_capture.asl.yaml", "assess_order.asl.yaml")
    workflows = "".join((ROOT / "statemachines" / name).read_text(encoding="utf-8") for name in files)
    source = (ROOT / "ops" / "bench" / "happy_path.py").read_text(encoding="utf-8")
    tasks = {folder for folder in TASKS if f"${{{camel(folder)}}}" in workflows}

    assert {folder for folder in tasks if f'"{folder}"' not in source} == OFF_THE_HAPPY_PATH


def test_verification_knows_every_consumer_that_the_bench_feeds() -> None:
    takes = {consumer.folder: set(consumer.takes) for consumer in VERIFIED}

    for event, folders in CONSUMERS.items():
        assert all(event in takes[folder] for folder in folders)
    assert takes["capture/resume_order_capture"] == set(RESUMES)


def call(step: str, writes: float, index: float = 0.0, reads: float = 0.0) -> dict[str, Any]:
    return {"step": step, "write_units": writes, "index_units": index, "read_units": reads}


def bench_of(**measured: Any) -> Bench:
    """A bench whose happy path has been measured."""
    unused: Any = None
    return Bench(unused, Path(), unused, True, unused, measured=measured)


def test_calls_are_summed_by_step_and_shared_by_orders_that_come_at_once() -> None:
    alone = [call("accept", 6, 2), call("relay", 1), call("relay", 0), call("plan", 0, 0, 2.5)]
    ten = [*[call("accept", 6, 2)] * 10, call("relay", 1)]

    lines = list(calls(bench_of(calls=alone, together={"orders": 10, "calls": ten, "invocations": []})))

    assert [line.split() for line in lines[1:5]] == [
        ["accept", "1", "6", "2", "0.0"],
        ["relay", "2", "1", "0", "0.0"],
        ["plan", "1", "0", "0", "2.5"],
        ["one", "order", "4", "7", "2", "2.5"],
    ]
    assert lines[5].startswith("9 write units")
    assert lines[6].endswith("1.1 calls, 8.1 write units, 0.0 RRU each")


@pytest.mark.parametrize(("later", "verdict"), [(1.0, "identical"), (1.5, "NOT identical")])
def test_history_that_makes_an_order_dearer_is_told(later: float, verdict: str) -> None:
    runs = {
        "3": [call("plan", 0, 0, 1.0)],
        "30": [call("plan", 0, 0, 1.0)],
        "300": [call("plan", 0, 0, later)],
    }

    assert list(history(bench_of(history=runs)))[-1] == verdict
