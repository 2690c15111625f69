"""What every command starts with: where Holdfast runs and how to answer."""

import getpass
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from oms.kernel.events import Actor
from oms.kernel.ids import is_order_id, order_id

from ops.cli.screen import Screen
from ops.stack import Stack, connect_aws, connect_local

JsonFlag = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
ActorOption = Annotated[
    str | None,
    typer.Option(
        "--actor",
        help="Who decides; it is kept with the decision. Local AWS only: elsewhere it is who is signed in.",
    ),
]


class Told(Exception):
    """Ends a command with a message for people and an exit code: 2 could not be done, 1 was done and is bad news."""

    def __init__(self, message: str, *, code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = code


@dataclass
class Session:
    """The global options."""

    run_dir: Path
    profile: str | None = None
    region: str | None = None
    as_json: bool = False

    @property
    def is_local(self) -> bool:
        return self.profile is None and self.region is None

    def screen(self, as_json: bool) -> Screen:
        return Screen(as_json=as_json or self.as_json)

    def stack(self) -> Stack:
        """The running deployment. Raises NotConnected."""
        if self.is_local:
            return connect_local(self.run_dir)
        return connect_aws(self.profile, self.region)

    def actor(self, stack: Stack, said: str | None) -> Actor:
        """Who decides: on AWS whoever its credentials belong to, whatever is said; locally the user.

        Raises Told where somebody else is named on AWS.
        """
        if self.is_local:
            return Actor("staff", said or getpass.getuser())
        if said:
            raise Told("on AWS who decides is who is signed in there: leave --actor out")
        arn: str = stack.aws("sts").get_caller_identity()["Arn"]
        return Actor("staff", arn.rpartition(":")[2])

    def local_only(self, command: str) -> None:
        """Raises Told where an AWS account was named."""
        if not self.is_local:
            raise Told(f"`oms {command}` works on the local AWS only: leave --profile and --region out")

    def made_up_orders(self, yes: bool) -> None:
        """Raises Told where they would go to an AWS account and nobody said so."""
        if not (self.is_local or yes):
            raise Told("this places made-up orders on a deployed system: say --yes if that is what you want")


def session(ctx: typer.Context) -> Session:
    found = ctx.obj
    assert isinstance(found, Session)
    return found


def named_order(text: str) -> str:
    """An order id, from itself or from `channel/the channel's own order number`. Raises Told."""
    channel, slash, external = text.partition("/")
    if slash and channel and external:
        return order_id(channel, external)
    if not is_order_id(text):
        raise Told(f"{text} is no order id: give ord_… or channel/order-number, e.g. web/10045")
    return text
