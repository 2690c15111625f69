"""Entry point of `oms`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError
from oms.kernel.errors import HoldfastError

from ops.cli.commands import checking, exceptions, locations, orders, running
from ops.cli.session import Session, Told
from ops.client import ApiRefused
from ops.local import DeploymentError, EngineError, SynthError, TokenRefusedError
from ops.stack import RUN_DIR, NotConnected
from ops.stack.partners import SandboxError
from ops.stack.up import AlreadyUp

_MENDABLE = (
    NotConnected,
    AlreadyUp,
    ApiRefused,
    TokenRefusedError,
    EngineError,
    SynthError,
    DeploymentError,
    SandboxError,
)
"""Their messages say what is wrong and what to do."""
_FOREIGN = (httpx.HTTPError, BotoCoreError, ClientError, HoldfastError, OSError)
"""Their messages need their kind beside them."""

app = typer.Typer(
    name="oms",
    help="Holdfast: run it, look into it, set right what stopped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
running.register(app)
app.add_typer(orders.app, name="orders")
orders.register(app)
app.add_typer(exceptions.app, name="exceptions")
app.add_typer(locations.app, name="locations")
checking.register(app)


@app.callback()
def options(
    ctx: typer.Context,
    profile: Annotated[str | None, typer.Option(help="AWS profile of a deployed Holdfast.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region of a deployed Holdfast.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
    run_dir: Annotated[
        Path, typer.Option(help="Folder of the local AWS.", envvar="HOLDFAST_RUN_DIR", hidden=True)
    ] = RUN_DIR,
) -> None:
    """Without --profile and --region every command talks to the local AWS of this checkout."""
    ctx.obj = Session(run_dir, profile, region, as_json)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process. Nobody sees a traceback for what can be said in a sentence."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given, prog_name="oms")
    except Told as told:
        _fail(str(told), told.exit_code, given)
    except _MENDABLE as wrong:
        _fail(str(wrong), 2, given)
    except _FOREIGN as wrong:
        _fail(f"{type(wrong).__name__}: {wrong}", 2, given)
    except KeyboardInterrupt:
        _fail("interrupted", 130, given)


def _fail(message: str, code: int, given: Sequence[str]) -> None:
    if "--json" in given:
        sys.stdout.write(json.dumps({"error": message}) + "\n")
    sys.stderr.write(f"oms: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
