"""Figures that documents state are those of the code."""

from datetime import timedelta

import yaml
from oms.aws.outbox import BUCKET_MINUTES, SHARDS
from oms.contracts.requests import MAX_BODY_BYTES, MAX_LINES
from oms.runtime.sweeping import LOOK_BACK, RIPE
from oms.runtime.watching import (
    MOST_BROKEN,
    MOST_LOOKS,
    MOST_NEW,
    MOST_NEWLY_BROKEN,
    MOST_STARTS,
)
from oms.runtime.watchlists import PATIENCE
from oms.wiring import watchdog

from ops.local.prune import UNSUPPORTED
from tests.architecture.sources import ROOT


def page(path: str) -> str:
    """The text on one line, so that a sentence is found wherever it is broken."""
    return " ".join((ROOT / path).read_text(encoding="utf-8").split())


def happy_path() -> list[str]:
    """States of order capture when all goes well: the first choice is the confirmed one."""
    workflow = yaml.safe_load((ROOT / "statemachines/order_capture.asl.yaml").read_text(encoding="utf-8"))
    name, passed = workflow["StartAt"], []
    while name:
        state = workflow["States"][name]
        passed.append(name)
        name = state["Choices"][0]["Next"] if state["Type"] == "Choice" else state.get("Next")
    return passed


def test_the_limits_of_a_request_are_those_the_readme_states() -> None:
    assert f"At most {MAX_LINES:,} lines per order and {MAX_BODY_BYTES // 1024} KiB per request" in page(
        "README.md"
    )
    assert f"Orders of up to {MAX_LINES:,} lines" in page("CHANGELOG.md")


def test_the_local_aws_lacks_what_the_decision_names_and_nothing_else() -> None:
    text = page("docs/adr/0003-local-aws.md")
    assert len(UNSUPPORTED) == 1
    assert all(f"one type, `{kind}`" in text for kind in UNSUPPORTED)


def test_the_sweeper_looks_back_as_far_as_the_pages_say() -> None:
    hours = int(LOOK_BACK / timedelta(hours=1))
    for path in ("docs/adr/0010-outbox-with-receipts.md", "docs/runbooks/replay-and-sweep.md"):
        assert f"buckets of the last {hours} hours" in page(path)


def test_a_bucket_is_proven_when_the_decision_says_so() -> None:
    minutes = int(RIPE / timedelta(minutes=1))
    assert f"ended at least {minutes} minutes ago" in page("docs/adr/0010-outbox-with-receipts.md")


def test_the_outbox_has_the_buckets_and_shards_of_its_decision() -> None:
    text = page("docs/adr/0010-outbox-with-receipts.md")
    assert (BUCKET_MINUTES, SHARDS) == (10, 8)
    assert "a bucket of ten minutes, spread over eight shards" in text


def test_the_watchdog_waits_as_long_as_the_runbook_says() -> None:
    assert timedelta(minutes=2) == PATIENCE
    assert "younger than two minutes" in page("docs/runbooks/stuck-order.md")


def test_the_watchdog_looks_at_as_much_per_round_as_the_runbook_says() -> None:
    text = page("docs/runbooks/stuck-order.md")
    for row in (
        f"| RECEIVED | the oldest {MOST_NEW:,} |",
        f"| every status, RECEIVED included | {MOST_LOOKS}, from where the last round stopped: {MOST_LOOKS * 60:,} an hour |",
        f"| running executions | {MOST_LOOKS}, from where the last round stopped |",
        f"| broken executions | the newest {MOST_NEWLY_BROKEN}, and {MOST_BROKEN} from where the last round stopped |",
    ):
        assert row in text
    assert f"starts at most {MOST_STARTS} executions" in text
    assert f"its {watchdog.SECONDS} seconds were over" in text


def test_the_happy_path_has_the_five_states_that_the_decision_names() -> None:
    assert len(happy_path()) == 5
    assert f"five states on the happy path: {', '.join(happy_path())}." in page(
        "docs/adr/0005-standard-with-nested-express.md"
    )
