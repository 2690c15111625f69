"""oms exceptions …: what waits for a person, and deciding it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from oms.kernel.errors import Trouble
from oms.kernel.events import Actor
from oms.support.application.cases import decide
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import Action, ActionNotOffered, Case, State
from rich.text import Text

from ops.cli.rendering.exceptions import case_document, case_page, cases_page
from ops.cli.rendering.unread import unread_page
from ops.cli.session import ActorOption, JsonFlag, Told, named_order, session
from ops.stack import Stack

OWNERS = ("support", "engineering")
_LIMIT = 200

app = typer.Typer(help="What waits for a person.", no_args_is_help=True)

CaseArgument = Annotated[str, typer.Argument(metavar="EXCEPTION", help="As `oms exceptions list` names it.")]


@app.command("list")
def list_cases(
    ctx: typer.Context,
    owner: Annotated[str, typer.Option(help="support or engineering; without it, both.")] = "",
    order: Annotated[str, typer.Option(help="All of this order, the decided ones too.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """List what is open, nearest deadline first."""
    here = session(ctx)
    if owner and owner not in OWNERS:
        raise Told(f"no such owner: {owner}; there are {', '.join(OWNERS)}")
    cases, unread = here.stack().support, Unread()
    if order:
        found = cases.of_subject(named_order(order), trouble=unread)
    else:
        found = open_cases(cases, [owner] if owner else OWNERS, unread)
    rows = [case_document(case) for case in found]
    page = [cases_page(rows)] if rows or not unread.names else []
    here.screen(as_json).emit(
        {"exceptions": rows, "unreadable": unread.names}, *page, *unread_page(unread.names)
    )


@app.command("show")
def show_case(ctx: typer.Context, exception: CaseArgument, as_json: JsonFlag = False) -> None:
    """Show one exception: what happened, what may be done, until when."""
    here = session(ctx)
    document = case_document(_load(here.stack(), exception))
    here.screen(as_json).emit(document, case_page(document))


@app.command("resolve")
def resolve_case(
    ctx: typer.Context,
    exception: CaseArgument,
    action: Annotated[Action, typer.Option(help="One of the safe actions.", case_sensitive=False)],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the decision.")],
    actor: ActorOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Decide an exception. What waits for it goes on by itself.

    A RETRY that could not send its message, or may not have, is given again and sends it.
    """
    here = session(ctx)
    stack = here.stack()
    decided, sent = settle(stack, exception, action, reason=reason, actor=here.actor(stack, actor))
    document = {**case_document(decided), "message_sent_to": sent}
    lines = [Text(f"{decided.case_id}: {decided.resolution} by {decided.resolved_by}")]
    lines += [Text(f"its message was sent to {sent} again")] if sent else []
    here.screen(as_json).emit(document, *lines)


class Unread:
    """Rows of the store that cannot be read, by their keys: each is trouble of its own, and hides no other."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, name: str, error: Exception) -> None:
        told = f"{name} ({type(error).__name__})"
        if told not in self.names:
            self.names.append(told)


def open_cases(cases: Cases, owners: Iterable[str], trouble: Trouble) -> list[Case]:
    """The work queues of `owners`, nearest deadline first. `trouble` is told of items that cannot be read."""
    found = [
        case
        for owner in owners
        for state in (State.OPEN, State.ESCALATED)
        for case in cases.queue(owner, state.value, limit=_LIMIT, trouble=trouble)
    ]
    return sorted(found, key=lambda case: (case.deadline, case.case_id))


def settle(stack: Stack, case_id: str, action: Action, *, reason: str, actor: Actor) -> tuple[Case, str]:
    """The decided item, and the queue its message went to (empty: none).

    The decision goes first: a message that fails again must find its item closed, or it opens no new one.
    Where it was then not sent, the same command sends it: one too many is dropped by its consumer. Raises Told.
    """
    case = _load(stack, case_id)
    retried = action is Action.RETRY and bool(case.message)
    decided = retried and case.resolution == action
    if not decided:
        _require_offered(case, action)
    url = queue_url(stack, case) if retried else ""
    if not decided:
        case = _decided(stack, case, action, reason=reason, actor=actor)
    if url:
        _send_again(stack, case, url)
    return case, url.rpartition("/")[2]


def queue_url(stack: Stack, case: Case) -> str:
    """Where the message of `case` came from. Raises Told for a queue that the deployment does not have."""
    name = "capture-payment" if case.kind in ("CAPTURE_FAILED", "REFUND_FAILED") else ""
    for consumer, url in stack.outputs.queues.items():
        if consumer == name or url.rpartition("/")[2] == case.subject:
            return url
    raise Told(f"{case.case_id} carries a message of a queue that is not there: {case.subject}")


def _load(stack: Stack, case_id: str) -> Case:
    found = stack.support.load(case_id) if "." in case_id else None
    if found is None:
        raise Told(f"there is no exception {case_id}: see `oms exceptions list`")
    return found


def _decided(stack: Stack, case: Case, action: Action, *, reason: str, actor: Actor) -> Case:
    now = datetime.now(UTC)
    result = decide(case.case_id, action, cases=stack.support, now=now, actor=actor, reason=reason)
    if isinstance(result, ActionNotOffered) or result is None:
        raise Told(f"{case.case_id} was decided by somebody else meanwhile")
    return result


def _require_offered(case: Case, action: Action) -> None:
    if not case.is_open:
        raise Told(f"{case.case_id} was resolved with {case.resolution} by {case.resolved_by}")
    if action not in case.actions:
        offered = ", ".join(case.actions)
        raise Told(f"{case.case_id} does not offer {action}: choose one of {offered}")


def _send_again(stack: Stack, case: Case, url: str) -> None:
    try:
        stack.aws("sqs").send_message(QueueUrl=url, MessageBody=case.message)
    except (BotoCoreError, ClientError, OSError) as error:
        raise Told(
            f"{case.case_id} is decided, but its message was not sent: {error}. "
            "Give the same command again until it is"
        ) from error
