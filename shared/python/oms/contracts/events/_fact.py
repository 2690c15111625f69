"""What every published fact is made of, and the envelope it travels in."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from oms.contracts.envelope import VERSION

OrderId = Annotated[
    str, Field(description="`ord_` and 26 characters; derived from channel and external order id.")
]
Currency = Annotated[str, Field(description="ISO 4217.", pattern=r"^[A-Z]{3}$", examples=["GBP"])]
Minor = Annotated[int, Field(description="An amount in the smallest unit of the order's currency.")]
Count = Annotated[int, Field(ge=0)]
Moment = Annotated[str, Field(description="UTC, ISO 8601 with milliseconds.")]


class Fact(BaseModel):
    """The data of an event. Fields are only ever added: consumers ignore what they do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Envelope(BaseModel):
    """The `detail` of an EventBridge event whose source is `holdfast.<context>`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Annotated[int, Field(ge=VERSION)]
    event_id: Annotated[
        str, Field(description="Derived from the transition: a repeated event has the same id.")
    ]
    type: str
    context: str
    subject: Annotated[
        str, Field(description="What it happened to: an order id, `SKU#…`, `LOC#…` or a queue.")
    ]
    channel: Annotated[str, Field(description="The sales channel; `*` for what concerns all of them.")]
    occurred_at: Moment
    actor: Annotated[str, Field(description="`client:…`, `staff:…` or `system:…`.")]
    data: Fact


def published(context: str, fact: type[Fact]) -> type[Envelope]:
    """The envelope around one type of fact."""
    exact: dict[str, Any] = {
        "type": (Literal[fact.__name__], ...),
        "context": (Literal[context], ...),
        "data": (fact, ...),
    }
    return create_model(fact.__name__, __base__=Envelope, __doc__=fact.__doc__, **exact)
