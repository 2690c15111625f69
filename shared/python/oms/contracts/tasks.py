"""What the workflows pass to their tasks. Plain dataclasses: a task starts cold in the middle of a sale.

Unknown keys are refused, missing ones too: a workflow file and a task that disagree fail loudly in tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Pairs = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class PlanFulfilment:
    """`exclusions`: [[sku, location]] that refused a reservation in an earlier round."""

    order_id: str
    exclusions: Pairs = ()


@dataclass(frozen=True, slots=True)
class ScreenOrder:
    """`verdict` of an earlier round with its `reason`; where it is set nobody is asked again."""

    order_id: str
    verdict: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuoteTax:
    """`plan` is {"boxes": [{"location", "lines": [[number, units]]}], "why"}."""

    order_id: str
    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReserveStock:
    """`run` is <assessment>-<retry>; with the `round` in it, it names the reservation."""

    order_id: str
    run: str
    round: int
    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReleaseStock:
    """What the runs before `run` hold, and `run` itself where `own`. Without a `run`: everything, for good."""

    order_id: str
    run: str
    own: bool


@dataclass(frozen=True, slots=True)
class AuthorizePayment:
    """`tax` is the quote; `run` names the run of the assessment: a later one asks anew."""

    order_id: str
    tax: Mapping[str, Any]
    run: str


@dataclass(frozen=True, slots=True)
class SettleCancellation:
    """`stops` is how often the workflow has stopped: what was refused is tried again only after another stop."""

    order_id: str
    stops: int


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """`assessment` is the number of the one that made the `plan` and the `tax`."""

    order_id: str
    assessment: int
    plan: Mapping[str, Any] | None
    tax: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """`hold` is FRAUD, SHORTAGE or PAYMENT; `cause` a sentence for people; `assessment` the number of the one that stopped."""

    order_id: str
    assessment: int
    hold: str
    cause: str


@dataclass(frozen=True, slots=True)
class AwaitFulfilment:
    """`turn` grows from one wait of the order to the next: when its state was entered, and how often it was retried."""

    order_id: str
    token: str = field(repr=False)
    turn: str


@dataclass(frozen=True, slots=True)
class CancelLines:
    """`reason` for the timeline; empty where the request to cancel has its own."""

    order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AwaitResolution:
    """`key` names this stop of the order; `kind` what is to be decided; `turn` as in AwaitFulfilment.

    Of an `assessment` that another has followed nothing is to be decided any more. `unanswered`: as long as
    somebody may take to decide, nobody has.
    """

    order_id: str
    key: str
    kind: str
    detail: str
    assessment: int
    token: str = field(repr=False)
    turn: str
    unanswered: bool
