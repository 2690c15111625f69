"""Events of the support context: the life of an exception item."""

from typing import Annotated, Literal

from pydantic import Field

from oms.contracts.events._fact import Fact, Moment


class ExceptionOpened(Fact):
    """Something waits for a person."""

    case_id: str
    kind: str
    owner: Literal["support", "engineering"]
    deadline: Moment
    detail: str


class ExceptionEscalated(Fact):
    """Past its deadline, the item went to the engineers."""

    case_id: str
    kind: str


class ExceptionResolved(Fact):
    """A person decided."""

    case_id: str
    kind: str
    action: Literal["ACCEPT", "RETRY", "CANCEL", "DISMISS"]
    order_id: Annotated[str, Field(description="Empty where no order waits.")]


FACTS = (ExceptionOpened, ExceptionEscalated, ExceptionResolved)
