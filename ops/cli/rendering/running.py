"""What runs, how it came up, and what became of the demonstration."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ops.cli.rendering.orders import status, timeline_page
from ops.demo.playing import Played
from ops.stack import Stack

Json = Mapping[str, Any]


def serving_document(stack: Stack) -> dict[str, Any]:
    """Addresses. No secret is among them: `oms token` hands out tokens."""
    outputs = stack.outputs
    workflow = outputs.workflows["order-capture"]
    there = f" --endpoint-url {outputs.endpoint} --region us-east-1" if stack.is_local else ""
    return {
        "api": outputs.api_url,
        "token_url": outputs.token_url,
        "aws": outputs.endpoint,
        "sandbox": stack.sandbox_url,
        "workflow": workflow,
        "list_executions": f"aws stepfunctions list-executions --state-machine-arn {workflow}{there}",
        "clients": sorted(outputs.clients),
    }


def serving_page(document: Json) -> RenderableType:
    """Where to go from here."""
    places = (
        ("HTTP API", document["api"]),
        ("tokens", f"{document['token_url']}  (clients {', '.join(document['clients'])})"),
        ("AWS", document["aws"]),
        ("partner sandbox", f"{document['sandbox']}/_sandbox/effects" if document["sandbox"] else "none"),
        ("order workflow", document["workflow"]),
        ("its executions", document["list_executions"]),
    )
    oms = ".venv/bin/oms"
    page = f"{document['api']}/v1/orders?status=SHIPPED"
    tries = (
        f"Try: {oms} orders list   {oms} orders show ORDER   {oms} exceptions list   {oms} verify",
        f"     curl -H \"Authorization: Bearer $({oms} token web)\" '{page}'",
    )
    lines = [Text(f"{label:<16} {value}") for label, value in places]
    return Group(Rule("Serving", align="left"), *lines, *(Text(text, "dim") for text in tries))


def pruned_page(pruned: Sequence[Json]) -> RenderableType:
    """What stands in the templates and not on the local AWS."""
    lines = [Text(f"{one['stack']}: {one['type']} {one['logical_id']} ({one['reason']})") for one in pruned]
    return Group(
        Rule("Left out of the local AWS", align="left"),
        *(lines or [Text("Nothing: every resource is there.")]),
    )


def seconds_page(seconds: Mapping[str, float]) -> RenderableType:
    """Where the time went."""
    table = Table("step", "seconds", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for name, spent in seconds.items():
        table.add_row(name, f"{spent:.2f}")
    table.add_row(Text("all", "bold"), Text(f"{sum(seconds.values()):.2f}", "bold"))
    return Group(Rule("Where the time went", align="left"), table)


def played_document(played: Played) -> dict[str, Any]:
    """One order of the demonstration."""
    return {
        "scenario": played.scenario.name,
        "story": played.scenario.story,
        "order_id": played.order_id,
        "channel": played.scenario.channel,
        "status": played.standing.status if played.standing else "",
        "expected": played.scenario.end.status,
        "reached": played.reached,
        "problem": played.problem,
        "seconds": round(played.seconds, 2),
        "timeline": played.timeline,
    }


def played_page(document: Json) -> RenderableType:
    """One order's story: a heading, and what happened when."""
    title = Text.assemble(
        (document["scenario"], "bold"), f": {document['story']}  ", status(document["status"] or "?")
    )
    head = Text(f"{document['order_id'] or 'never accepted'} ({document['channel']})", style="dim")
    problem = [Text(f"NOT AT ITS END: {document['problem']}", "bold red")] if document["problem"] else []
    return Group(Text(), title, head, *problem, timeline_page(document["timeline"]))


def summary_page(documents: Sequence[Json]) -> RenderableType:
    """One row per order."""
    table = Table("scenario", "order", "end", "as expected", "seconds", box=None, pad_edge=False)
    for one in documents:
        verdict = Text("yes", "green") if one["reached"] else Text("NO", "bold red")
        end = status(one["status"]) if one["status"] else Text("-")
        table.add_row(one["scenario"], one["order_id"], end, verdict, f"{one['seconds']:.2f}")
    reached = sum(one["reached"] for one in documents)
    head = Rule(f"{reached} of {len(documents)} orders reached their expected end", align="left")
    return Group(Text(), head, table)
