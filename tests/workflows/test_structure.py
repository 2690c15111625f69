"""The workflow files are legal on AWS and keep the house's rules."""

import pytest

from tests.workflows import house_rules
from tests.workflows.machines import FOLDER, KINDS, machine
from tests.workflows.rules import violations

_HAPPY_WAY = ("Assess", "Decide", "ReleaseOrder", "AwaitFulfilment", "Complete")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_workflow_keeps_every_rule(name: str) -> None:
    assert violations(machine(name)) == []


def test_every_workflow_file_is_checked() -> None:
    assert {path.name.removesuffix(".asl.yaml") for path in FOLDER.glob("*.yaml")} == set(KINDS)


def test_every_command_has_a_task_that_sends_it() -> None:
    sent = {
        house_rules.target(placed.state)
        for name in KINDS
        for placed in machine(name).states()
        if "lambda:invoke" in str(placed.state.get("Resource"))
    }

    assert sent == set(house_rules.commands())


def test_an_order_without_trouble_takes_at_most_seven_paid_steps() -> None:
    assert house_rules.steps_by_way_of(machine("order_capture"), _HAPPY_WAY) == len(_HAPPY_WAY) <= 7
