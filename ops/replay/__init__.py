"""Replaying real orders: the Online Retail data set (UCI 352) as orders of a running system.

`invoices` has the rules by which lines are taken or rejected, `survey` those by which invoices count as
cancelled, `orders` those by which an invoice becomes an order.
"""

import csv
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ops.rehearse.crowd import Latencies, Say, stock_up, timed
from ops.rehearse.standing import await_orders, await_workflows
from ops.replay.invoices import Invoice, Reject
from ops.replay.playing import STALLED_SECONDS, Player
from ops.replay.report import ReplayReport
from ops.replay.survey import Survey, survey
from ops.stack import RUN_DIR, Stack
from ops.verify import AT_REST, check

__all__ = ["ReplayReport", "replay"]

_UNTIL_WORKFLOWS_END: Final = 120.0
_UNTIL_LAWS_HOLD: Final = 180.0


def replay(
    stack: Stack, file: Path, limit: int | None, on_progress: Say, *, folder: Path = RUN_DIR / "replay"
) -> ReplayReport:
    """Place the first `limit` invoices of `file` (all: None), ship them or cancel them as the data says.

    Raises OSError where `file` cannot be read, and what stocking up raises. Lines that are no part of an
    order are listed in `folder`/rejects.csv.
    """
    found = survey(file, limit)
    on_progress(f"{found.orders} orders of {len(found.demand)} articles in {file.name}")
    # The label carries the demand: a longer replay later brings more goods, the same one brings none.
    label = f"replay-{found.orders}"
    _, seeded = timed(lambda: stock_up(stack, dict(found.demand), label=label))
    on_progress(f"stocked up in {seeded:.1f} s")
    rejects: list[Reject] = []
    tally: Counter[str] = Counter()
    player = Player(stack, found.cancelled, on_progress)
    began = time.perf_counter()
    player.play(_tallied(found, rejects, tally))
    fates = player.progress.fates
    ends = await_orders(
        stack, fates.keys(), lambda order: order.is_terminal, stalled_after=STALLED_SECONDS, say=on_progress
    )
    seconds = time.perf_counter() - began
    await_workflows(stack, fates.keys(), patience=_UNTIL_WORKFLOWS_END)
    statuses = {order_id: order.headline for order_id, order in ends.items()}
    return ReplayReport(
        invoices=tally["invoices"],
        lines=tally["lines"],
        units=tally["units"],
        value=tally["value"],
        largest=tally["largest"],
        accepted=player.progress.counts["accepted"],
        replayed=player.progress.counts["replayed"],
        completed=sum(status == "SHIPPED" for status in statuses.values()),
        cancelled=sum(status == "CANCELLED" for status in statuses.values()),
        lost=sorted(fates.keys() - statuses.keys()),
        astray=list(_astray(fates, statuses)),
        refused=player.progress.refused,
        decisions=dict(player.desk.decisions),
        rejected_lines=len(rejects),
        rejects=dict(Counter(reject.reason for reject in rejects)),
        rejects_file=str(_written(rejects, folder)),
        articles=len(found.demand),
        seeded_seconds=round(seeded, 1),
        seconds=round(seconds, 1),
        latencies=Latencies.of(player.progress.seconds),
        laws=check(stack, acknowledged=fates, grace=AT_REST, patience=_UNTIL_LAWS_HOLD),
    )


def _tallied(found: Survey, rejects: list[Reject], tally: Counter[str]) -> Iterator[Invoice]:
    for invoice in found.each_order(rejects):
        tally["invoices"] += 1
        tally["lines"] += len(invoice.goods)
        tally["units"] += sum(one.quantity for one in invoice.goods)
        tally["value"] += invoice.shipping + sum(one.quantity * one.price for one in invoice.goods)
        tally["largest"] = max(tally["largest"], len(invoice.goods))
        yield invoice


def _astray(fates: dict[str, bool], statuses: dict[str, str]) -> Iterator[str]:
    for order_id, cancelled in fates.items():
        wanted, status = "CANCELLED" if cancelled else "SHIPPED", statuses.get(order_id)
        if status not in (None, wanted):
            yield f"{order_id} is {status}, the data says {wanted}"


def _written(rejects: Iterable[Reject], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rejects.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Reject._fields)
        writer.writerows(rejects)
    return path
