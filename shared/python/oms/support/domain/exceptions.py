"""An exception item: a stop on an order's way that a person must clear.

Named as the field names it; in code the class is `Case`, so that nobody takes it for a Python exception.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from oms.kernel.clock import stamp
from oms.kernel.errors import Owner


class State(StrEnum):
    OPEN = "OPEN"
    ESCALATED = "ESCALATED"
    RESOLVED = "RESOLVED"


TRANSITIONS: dict[tuple[State, str], State] = {
    (State.OPEN, "escalate"): State.ESCALATED,
    (State.OPEN, "resolve"): State.RESOLVED,
    (State.ESCALATED, "resolve"): State.RESOLVED,
}


class Action(StrEnum):
    """What a person may choose. Each is safe wherever it is offered."""

    ACCEPT = "ACCEPT"
    RETRY = "RETRY"
    CANCEL = "CANCEL"
    DISMISS = "DISMISS"


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of exception offers, to whom, and how long it may wait."""

    actions: tuple[Action, ...]
    owner: Owner
    deadline: timedelta
    cause: str


KINDS: dict[str, Kind] = {
    "FRAUD_REVIEW": Kind(
        (Action.ACCEPT, Action.CANCEL),
        "support",
        timedelta(hours=24),
        "The fraud screening asks for a person.",
    ),
    "SHORTAGE": Kind(
        (Action.RETRY, Action.CANCEL),
        "support",
        timedelta(hours=48),
        "No set of locations has all the goods.",
    ),
    "PAYMENT_DECLINED": Kind(
        (Action.RETRY, Action.CANCEL), "support", timedelta(hours=48), "The customer's payment was refused."
    ),
    "TECHNICAL": Kind(
        (Action.RETRY, Action.CANCEL),
        "engineering",
        timedelta(hours=4),
        "A step failed after all its retries.",
    ),
    "SHIPMENT_OVERDUE": Kind(
        (Action.RETRY, Action.CANCEL),
        "support",
        timedelta(hours=24),
        "The locations have not shipped in time.",
    ),
    "CAPTURE_FAILED": Kind(
        (Action.RETRY, Action.DISMISS),
        "support",
        timedelta(hours=24),
        "Goods have left and their payment cannot be captured.",
    ),
    "REFUND_FAILED": Kind(
        (Action.RETRY, Action.DISMISS),
        "support",
        timedelta(hours=24),
        "The gateway refused to pay the customer back.",
    ),
    "WORKFLOW_BROKEN": Kind(
        (Action.RETRY,), "engineering", timedelta(hours=4), "Every workflow of the order has broken off."
    ),
    "DEAD_LETTER": Kind(
        (Action.RETRY, Action.DISMISS),
        "engineering",
        timedelta(hours=4),
        "A message failed in every attempt.",
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """`case_id` is `<subject>.<key>`: the same stop opens the same item, however often it is reported."""

    case_id: str
    subject: str
    """The order id, or the queue a dead letter came from."""
    channel: str
    kind: str
    detail: str
    """What exactly happened. No personal data."""
    state: State
    owner: Owner
    opened_at: str
    deadline: str
    version: int = 1
    token: str = ""
    """The task token that resumes the order's workflow."""
    turn: str = ""
    """Of the wait that the token belongs to, among those of the order."""
    message: str = ""
    """The message of a dead letter, to be sent again on RETRY."""
    resolution: str = ""
    resolved_by: str = ""

    @property
    def actions(self) -> tuple[Action, ...]:
        return KINDS[self.kind].actions

    @property
    def is_open(self) -> bool:
        return self.state is not State.RESOLVED


@dataclass(frozen=True, slots=True)
class ExceptionOpened:
    case_id: str
    kind: str
    owner: str
    deadline: str
    detail: str


@dataclass(frozen=True, slots=True)
class ExceptionEscalated:
    case_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class ExceptionResolved:
    """`action` is what the person chose; `order_id` is empty where no order waits."""

    case_id: str
    kind: str
    action: str
    order_id: str


@dataclass(frozen=True, slots=True)
class ActionNotOffered:
    """The item is not open, or does not offer this action. `offered` may be empty."""

    offered: tuple[str, ...]


def open_case(
    *,
    subject: str,
    key: str,
    channel: str,
    kind: str,
    detail: str,
    now: datetime,
    token: str = "",
    turn: str = "",
    message: str = "",
) -> tuple[Case, ExceptionOpened]:
    """A new item. `key` tells this stop of the subject from its others. KeyError for an unknown kind."""
    terms = KINDS[kind]
    case = Case(
        case_id=f"{subject}.{key}",
        subject=subject,
        channel=channel,
        kind=kind,
        detail=detail,
        state=State.OPEN,
        owner=terms.owner,
        opened_at=stamp(now),
        deadline=stamp(now + terms.deadline),
        token=token,
        turn=turn,
        message=message,
    )
    return case, ExceptionOpened(case.case_id, kind, case.owner, case.deadline, detail)


def resolve(case: Case, action: Action, *, by: str) -> tuple[Case, ExceptionResolved] | ActionNotOffered:
    """Close the item with `action`."""
    if not case.is_open or action not in case.actions:
        return ActionNotOffered(tuple(case.actions) if case.is_open else ())
    return closed(case, action, by=by)


def closed(case: Case, action: Action, *, by: str) -> tuple[Case, ExceptionResolved]:
    """Close an open item whatever it offers: the order it stands for was decided elsewhere."""
    state = TRANSITIONS[case.state, "resolve"]
    after = replace(case, state=state, resolution=action.value, resolved_by=by, version=case.version + 1)
    order_id = case.subject if case.token else ""
    return after, ExceptionResolved(case.case_id, case.kind, action.value, order_id)


def escalate(case: Case) -> tuple[Case, ExceptionEscalated]:
    """Past its deadline, an item goes to the engineers."""
    state = TRANSITIONS[case.state, "escalate"]
    after = replace(case, state=state, owner="engineering", version=case.version + 1)
    return after, ExceptionEscalated(case.case_id, case.kind)
