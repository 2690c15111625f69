"""Workflows: the state machines, their tasks, and the two consumers that start and resume them."""

from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.consumer import Consumer
from infra.constructs.task_function import TaskFunction
from infra.constructs.workflow import Workflow
from infra.settings import Settings
from infra.stacks.base import HoldfastStack

TASKS = (
    "sourcing/plan_fulfilment",
    "fraud/screen_order",
    "tax/quote_tax",
    "inventory/reserve_stock",
    "inventory/release_stock",
    "payments/authorize_payment",
    "payments/settle_cancellation",
    "fulfilment/release_order",
    "fulfilment/await_fulfilment",
    "capture/hold_order",
    "capture/cancel_lines",
    "support/await_resolution",
)
_STARTERS = 2
"""Batches of new orders at once. Each paces itself by its share of the admission rate; Lambda offers no fewer."""
RESUMES = ("ShipmentRecorded", "OrderCancellationRequested", "OrderCancelled", "ExceptionResolved")


class WorkflowsStack(HoldfastStack):
    def __init__(self, scope: Construct, name: str, *, settings: Settings, **kwargs: Any) -> None:
        super().__init__(scope, name, settings=settings, **kwargs)
        tasks = {folder: TaskFunction(self.platform, folder=folder) for folder in TASKS}
        assess = Workflow(self.platform, name="assess_order", kind=sfn.StateMachineType.EXPRESS, tasks=tasks)
        capture = Workflow(
            self.platform,
            name="order_capture",
            kind=sfn.StateMachineType.STANDARD,
            tasks=tasks,
            children={"assess_order": assess},
        )
        self._starter(capture)
        Consumer(self.platform, folder="capture/resume_order_capture", takes=RESUMES)

    def _starter(self, capture: Workflow) -> None:
        Consumer(
            self.platform,
            folder="capture/start_order_capture",
            takes=["OrderReceived"],
            environment={
                "ORDER_CAPTURE_ARN": capture.state_machine_arn,
                "ADMISSION_RATE": str(max(1, self.settings.admission_rate // _STARTERS)),
            },
            statements=[
                iam.PolicyStatement(actions=["states:StartExecution"], resources=[capture.state_machine_arn])
            ],
            concurrency=_STARTERS,
        )
