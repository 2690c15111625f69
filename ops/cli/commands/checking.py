"""oms verify, replay, rehearse: does everything add up, also on a hard day?

What these call is imported where it is called: a broken rehearsal takes no other command with it.
"""

from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.text import Text

from ops.cli.rendering.laws import laws_page
from ops.cli.screen import Screen
from ops.cli.session import JsonFlag, session

YesFlag = Annotated[bool, typer.Option("--yes", help="Do it on a deployed system, too.")]
rehearsals = typer.Typer(help="Hard days, rehearsed on a running system.", no_args_is_help=True)


class Report(Protocol):
    """What every check answers."""

    @property
    def holds(self) -> bool: ...

    def to_json(self) -> dict[str, Any]: ...

    def text(self) -> list[str]: ...


def register(root: typer.Typer) -> None:
    root.command()(verify)
    root.command()(replay)
    root.add_typer(rehearsals, name="rehearse")


def verify(
    ctx: typer.Context,
    patience: Annotated[
        float, typer.Option(help="Seconds that a busy system gets until all of it holds.")
    ] = 0.0,
    at_rest: Annotated[
        bool, typer.Option("--at-rest", help="Nothing is under way: count what is not finished as lost.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Check the accounting identities of stock, money, orders and events. Exit code 1 where one is broken."""
    from ops.verify import AT_REST, GRACE, check

    here = session(ctx)
    report = check(here.stack(), grace=AT_REST if at_rest else GRACE, patience=patience)
    document = report.to_json()
    here.screen(as_json).emit(document, laws_page(document))
    if not report.holds:
        raise typer.Exit(1)


def replay(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Online Retail as CSV.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first orders of the file.")] = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Replay a year of a real shop's orders, and check that everything adds up."""
    from ops.replay import replay as play

    here = session(ctx)
    here.made_up_orders(yes)
    screen = here.screen(as_json)
    _answer(screen, play(here.stack(), file, limit, screen.say))


@rehearsals.command("hot-sku")
def hot_sku(
    ctx: typer.Context,
    stock: Annotated[int, typer.Option(min=1, help="Units there are.")] = 500,
    buyers: Annotated[int, typer.Option(min=1, help="Buyers of one unit each.")] = 700,
    clients: Annotated[int, typer.Option(min=1, help="Requests at a time.")] = 32,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Many more buyers than units, all at once: exactly the stock is sold."""
    from ops.rehearse import hot_sku as rehearse

    here = session(ctx)
    here.made_up_orders(yes)
    screen = here.screen(as_json)
    stack = here.stack()
    _answer(screen, rehearse(stack, stock=stock, buyers=buyers, clients=clients, on_progress=screen.say))


@rehearsals.command("large-order")
def large_order(
    ctx: typer.Context,
    lines: Annotated[int, typer.Option(min=1, max=2_000, help="Lines of the order.")] = 2_000,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """One order of thousands of lines, from the request to the last parcel."""
    from ops.rehearse import large_order as rehearse

    here = session(ctx)
    here.made_up_orders(yes)
    screen = here.screen(as_json)
    _answer(screen, rehearse(here.stack(), lines=lines, on_progress=screen.say))


def _answer(screen: Screen, report: Report) -> None:
    screen.emit(report.to_json(), *(Text(line) for line in report.text()))
    if not report.holds:
        raise typer.Exit(1)
