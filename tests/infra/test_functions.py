"""Every function of the catalogue, deployed once, watched, bounded and told only what it needs."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from oms.contracts.api import ROUTES
from oms.runtime.reviving import GRACE
from oms.runtime.sweeping import SECONDS
from oms.wiring import watchdog

from infra import names
from infra.app import synthesise
from infra.catalogue import CATALOGUE
from infra.constructs.task_function import FunctionMissingError
from infra.settings import SettingsError
from infra.stacks.workflows import TASKS
from tests.infra.templates import Assembly, Resource


def _functions(assembly: Assembly) -> dict[str, Resource]:
    return {f["FunctionName"]: f for f in assembly.all("AWS::Lambda::Function")}


def test_every_function_of_the_catalogue_is_deployed_exactly_once(aws: Assembly) -> None:
    deployed = sorted(f["FunctionName"] for f in aws.all("AWS::Lambda::Function"))
    assert deployed == sorted(names.function_name(folder) for folder in CATALOGUE)


def test_functions_run_the_newest_runtime_on_arm_with_both_layers(aws: Assembly) -> None:
    for function in aws.all("AWS::Lambda::Function"):
        assert function["Runtime"] == "python3.14"
        assert function["Architectures"] == ["arm64"]
        assert function["Handler"] == "handler.handler"
        assert len(function["Layers"]) == 2


@pytest.mark.parametrize("folder", CATALOGUE)
def test_every_function_has_an_alarm_a_log_and_a_trace(aws: Assembly, folder: str) -> None:
    function = _functions(aws)[names.function_name(folder)]
    alarms = [
        alarm
        for alarm in aws.all("AWS::CloudWatch::Alarm", stack=function.stack)
        if alarm.properties.get("MetricName") == "Errors"
        and alarm.resolve(alarm["Dimensions"][0]["Value"]) == f"<{function.id}>"
    ]
    assert len(alarms) == 1
    assert alarms[0].resolve(alarms[0]["AlarmActions"]) == [f"<{names.ALARM_TOPIC}>"]
    log = function.resolve(function["LoggingConfig"]["LogGroup"])
    assert log in {f"<{group.id}>" for group in aws.all("AWS::Logs::LogGroup", stack=function.stack)}
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_functions_behind_the_api_answer_before_it_gives_up(aws: Assembly) -> None:
    for folder in {route.function for route in ROUTES}:
        assert _functions(aws)[names.function_name(folder)]["Timeout"] <= 29


def test_the_tasks_of_a_dead_workflow_end_before_it_is_followed_by_another(aws: Assembly) -> None:
    for folder in TASKS:
        assert _functions(aws)[names.function_name(folder)]["Timeout"] < GRACE.total_seconds()


def test_scheduled_functions_end_before_they_are_called_again(aws: Assembly) -> None:
    for folder in ("relay/sweep_outbox", "capture/watch_orders"):
        assert _functions(aws)[names.function_name(folder)]["Timeout"] < 60


def test_the_sweeper_can_end_the_page_that_it_has_begun(aws: Assembly) -> None:
    timeout = _functions(aws)[names.function_name("relay/sweep_outbox")]["Timeout"]
    assert timeout - SECONDS >= 15


def test_the_watchdog_ends_its_round_itself(aws: Assembly) -> None:
    """With time for what is under way: two attempts at a call connect within 2 seconds, and one answers in 10."""
    timeout = _functions(aws)[names.function_name("capture/watch_orders")]["Timeout"]
    assert timeout - watchdog.SECONDS > 2 * 2 + 10


def test_the_watchdog_may_read_and_move_its_bookmarks() -> None:
    assert {"GetItem", "PutItem"} <= set(CATALOGUE["capture/watch_orders"].tables["support"].split())


@pytest.mark.parametrize("folder", CATALOGUE)
def test_a_function_is_told_the_names_it_needs_and_no_others(aws: Assembly, folder: str) -> None:
    function = _functions(aws)[names.function_name(folder)]
    rights = CATALOGUE[folder]
    expected = {f"{table.upper()}_TABLE" for table in rights.tables if rights.told_tables}
    if rights.partner:
        expected |= {f"{rights.partner.upper()}_URL", "PARTNER_SECRET"}
    if folder in {route.function for route in ROUTES}:
        expected.add("CHANNELS")
    if folder.startswith("relay/"):
        expected |= {"BUS_NAME", "OUTBOX_TABLES"}
    if folder in ("capture/start_order_capture", "capture/watch_orders"):
        expected.add("ORDER_CAPTURE_ARN")
    if folder == "capture/start_order_capture":
        expected.add("ADMISSION_RATE")
    told = function.properties.get("Environment", {}).get("Variables", {})
    assert set(told) == expected


@pytest.mark.parametrize("stage", ["aws", "local"])
def test_tables_are_told_by_the_name_their_own_stack_has_published(
    request: pytest.FixtureRequest, stage: str
) -> None:
    assembly: Assembly = request.getfixturevalue(stage)
    for function in assembly.all("AWS::Lambda::Function"):
        own = {f"<{table.id}>" for table in assembly.all("AWS::DynamoDB::Table", stack=function.stack)}
        told = function.properties.get("Environment", {}).get("Variables", {})
        for name, value in told.items():
            if name.endswith("_TABLE"):
                context = name.removesuffix("_TABLE").lower()
                assert function.resolve(value) in own | {f"<{names.table(context)}>"}


def test_a_function_nobody_has_written_stops_the_synthesis_by_name(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    with pytest.raises(FunctionMissingError, match=r"functions/inventory/stock_api/handler\.py"):
        synthesise({"stage": "local"}, tmp_path / "out", root=tmp_path)


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="local or aws"):
        synthesise({"stage": "production"}, tmp_path)


def test_a_layer_that_was_not_built_is_named_with_the_command_that_builds_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"infra\.layer build"):
        synthesise({"stage": "aws", "layer": str(tmp_path / "nowhere")}, tmp_path / "out")


def test_synthesis_asks_nobody(aws: Assembly) -> None:
    # A stack of a known account or region would have been looked up somewhere.
    assert cdk.Aws.REGION in cdk.Stack(cdk.App(), "free").region
    assert aws.order[0] == "holdfast-foundation"
