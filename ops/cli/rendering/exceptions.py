"""Exception items: what stopped, why, what may be done and until when."""

from collections.abc import Mapping, Sequence
from typing import Any

from oms.support.domain.exceptions import KINDS, Case
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ops.cli.rendering.orders import when

Json = Mapping[str, Any]


def case_document(case: Case) -> dict[str, Any]:
    """An item for programs. Its task token opens doors and its message is internal: both stay out."""
    return {
        "case_id": case.case_id,
        "subject": case.subject,
        "channel": case.channel,
        "kind": case.kind,
        "cause": KINDS[case.kind].cause,
        "detail": case.detail,
        "state": case.state.value,
        "owner": case.owner,
        "opened_at": case.opened_at,
        "deadline": case.deadline,
        "actions": [action.value for action in case.actions] if case.is_open else [],
        "resumes_workflow": bool(case.token),
        "has_message": bool(case.message),
        "resolution": case.resolution,
        "resolved_by": case.resolved_by,
    }


def cases_page(rows: Sequence[Json]) -> RenderableType:
    """A work queue, nearest deadline first."""
    if not rows:
        return Text("No exceptions.")
    table = Table(
        "exception",
        "kind",
        "owner",
        "state",
        "deadline",
        "actions",
        box=None,
        pad_edge=False,
    )
    table.columns[0].no_wrap = True
    for row in rows:
        table.add_row(
            row["case_id"],
            Text(row["kind"], "yellow"),
            row["owner"],
            row["state"],
            when(row["deadline"]),
            ", ".join(row["actions"]) or row["resolution"],
        )
    return table


def case_page(row: Json) -> RenderableType:
    """One item, whole."""
    table = Table.grid(padding=(0, 2))
    for name in ("case_id", "kind", "cause", "detail", "state", "owner", "subject"):
        table.add_row(name, Text(str(row[name])))
    table.add_row("opened", when(row["opened_at"]))
    table.add_row("deadline", when(row["deadline"]))
    table.add_row("safe actions", ", ".join(row["actions"]) or "none")
    if "RETRY" in row["actions"]:
        table.add_row("on RETRY", _retry(row))
    if row["resolution"]:
        table.add_row("resolved", f"{row['resolution']} by {row['resolved_by']}")
    return table


def _retry(row: Json) -> str:
    if row["has_message"]:
        return "the message goes to its queue again"
    return "the order's workflow goes on" if row["resumes_workflow"] else "nothing is waiting"
