"""oms run, up, down, status, demo, token: the life of a local Holdfast."""

import json
import time
from dataclasses import asdict
from typing import Annotated, Any

import typer
from oms.orders.domain.order import ACTIVE_STATUSES
from rich.text import Text

from ops.cli.commands.exceptions import OWNERS, Unread, open_cases
from ops.cli.demonstration import Shown, demonstrate
from ops.cli.rendering.running import pruned_page, seconds_page, serving_document, serving_page
from ops.cli.rendering.status import status_page
from ops.cli.screen import Screen
from ops.cli.session import JsonFlag, session
from ops.cli.signals import interruptible, undisturbed
from ops.demo.preparing import backlog
from ops.local.engine import DEFAULT_PORT
from ops.local.synth import ROOT
from ops.stack import Stack
from ops.stack.up import Up, bring_up, require_down, sole_launcher, take_down

Json = dict[str, Any]
PortOption = Annotated[int, typer.Option(help="Port of the local AWS; another where it is taken.")]
_LOOK_SECONDS = 1.0
_COUNTED = 1_000
"""Orders of a status beyond which nobody needs the exact number, and every page costs."""
_FRESH_SECONDS = 20.0
"""How old the note of the environment's set-up may be to belong to this start."""


def register(root: typer.Typer) -> None:
    for command in (run, up, down, status, demo, token):
        root.command()(command)


def run(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", envvar="RUN_ONCE", help="End after the demonstration.")
    ] = False,
    port: PortOption = DEFAULT_PORT,
    as_json: JsonFlag = False,
) -> None:
    """Start everything locally, demonstrate it, check the laws, and stay until Ctrl-C.

    With --once it ends by itself: exit code 0 only if every order reached its end and every law holds.
    """
    here = session(ctx)
    here.local_only("run")
    screen = here.screen(as_json)
    with sole_launcher(here.run_dir), interruptible():
        require_down(here.run_dir)
        started = _start(ctx, screen, port)
        try:
            shown = demonstrate(started.stack, screen)
            _report(screen, started, shown)
            if not once:
                _stay(screen, started)
        finally:
            with undisturbed():
                screen.say("stopping what was started")
                started.down()
    if not shown.holds:
        raise typer.Exit(1)


def up(ctx: typer.Context, port: PortOption = DEFAULT_PORT, as_json: JsonFlag = False) -> None:
    """Start everything locally and leave it running in the background."""
    here = session(ctx)
    here.local_only("up")
    screen = here.screen(as_json)
    with sole_launcher(here.run_dir), interruptible():
        require_down(here.run_dir)
        started = _start(ctx, screen, port)
        started.leave()
    serving = serving_document(started.stack)
    screen.emit(_start_document(screen, started) | {"serving": serving}, *_start_pages(screen, started))
    screen.show(serving_page(serving), Text("Stop it with `oms down`."))


def down(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Stop the local AWS and the partner sandbox, whoever started them. What they stored is gone."""
    here = session(ctx)
    here.local_only("down")
    was_up = take_down(here.run_dir)
    here.screen(as_json).emit({"stopped": was_up}, Text("Stopped." if was_up else "Nothing was running."))


def status(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Say what runs where, how many orders are under way, and what waits."""
    here = session(ctx)
    stack = here.stack()
    document = {"serving": serving_document(stack), **_counts(stack)}
    here.screen(as_json).emit(document, serving_page(document["serving"]), status_page(document))


def demo(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """Play the demonstration on the local Holdfast that runs already, and check the laws."""
    here = session(ctx)
    here.local_only("demo")
    screen = here.screen(as_json)
    with interruptible():
        shown = demonstrate(here.stack(), screen)
    screen.emit(shown.document() | {"seconds": screen.seconds})
    if not shown.holds:
        raise typer.Exit(1)


def token(
    ctx: typer.Context,
    client: Annotated[str, typer.Argument(help="web, marketplace, warehouse or operations.")] = "operations",
    as_json: JsonFlag = False,
) -> None:
    """Print a bearer token of one of the API's clients, valid for an hour."""
    here = session(ctx)
    bearer = here.stack().api(client).token()
    here.screen(as_json).emit({"client": client, "access_token": bearer}, Text(bearer, overflow="ignore"))


def _start(ctx: typer.Context, screen: Screen, port: int) -> Up:
    environment = _environment_seconds()
    with screen.step("start"):
        started = bring_up(session(ctx).run_dir, say=screen.say, port=port)
    screen.seconds = environment | started.seconds
    return started


def _report(screen: Screen, started: Up, shown: Shown) -> None:
    document = _start_document(screen, started)
    serving = serving_document(started.stack)
    screen.emit(
        shown.document() | document | {"serving": serving},
        *_start_pages(screen, started),
        serving_page(serving),
    )


def _start_document(screen: Screen, started: Up) -> Json:
    pruned = [asdict(one) for one in started.launched.deployment.pruned]
    return {"pruned": pruned, "seconds": {name: round(spent, 2) for name, spent in screen.seconds.items()}}


def _start_pages(screen: Screen, started: Up) -> tuple[Any, Any]:
    document = _start_document(screen, started)
    return pruned_page(document["pruned"]), seconds_page(document["seconds"])


def _stay(screen: Screen, started: Up) -> None:
    screen.say("up until Ctrl-C")
    try:
        while started.alive():
            time.sleep(_LOOK_SECONDS)
        screen.say("the local AWS has ended")
    except KeyboardInterrupt:
        return


def _environment_seconds() -> dict[str, float]:
    """What `make` spent on the virtual environment just before, if it was `make` that started us."""
    try:
        note = json.loads((ROOT / ".run" / "environment.json").read_text(encoding="utf-8"))
        fresh = time.time() - note["at"] < _FRESH_SECONDS
        return {f"environment ({note['action']})": float(note["seconds"])} if fresh else {}
    except (OSError, ValueError, KeyError):
        return {}


def _counts(stack: Stack) -> Json:
    unread = Unread()
    cases = [
        {"case_id": case.case_id, "kind": case.kind, "deadline": case.deadline}
        for case in open_cases(stack.support, OWNERS, unread)
    ]
    return {
        "orders": {status: _count(stack, status) for status in ACTIVE_STATUSES},
        "counted_up_to": _COUNTED,
        "exceptions": cases,
        "unreadable_exceptions": unread.names,
        "queues": backlog(stack),
    }


def _count(stack: Stack, status: str) -> int:
    """Orders of one status, counted page by page, up to a limit."""
    count, cursor = 0, ""
    while count < _COUNTED:
        page = stack.api("operations").orders(status, cursor=cursor)
        count += len(page["orders"])
        cursor = page["cursor"] or ""
        if not cursor:
            break
    return min(count, _COUNTED)
