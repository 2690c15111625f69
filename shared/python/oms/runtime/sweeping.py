"""The sweeper: publishes what the streams lost, and remembers what it has proven complete.

A bucket of the outbox is complete when everything that the index lists in it has a receipt. A row in
the same table says so (`SWEPT#<bucket>`), and no later run looks at that bucket again.

A run has `SECONDS`, dealt out page by page to whoever has had the least of them. Every table has two
queues, each from the oldest bucket on, because two things must not wait for each other:

- ripe buckets, which can be proven: were they to wait for the young, which are swept again in every
  run, a peak could keep them waiting until they are older than the sweeper looks;
- young buckets: were they to wait for the ripe, the backlog of a day would keep back what was lost a
  minute ago.

In equal shares neither starves the other, nor one table the next, and who is done leaves its share.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oms.aws.items import Item, Unreadable
from oms.aws.outbox import BUCKET_MINUTES, SHARDS, bucket, buckets_between
from oms.aws.writes import Put
from oms.kernel.clock import stamp
from oms.kernel.errors import Throttled
from oms.runtime.listed import Listed, Receipted, event_id
from oms.runtime.logs import failure
from oms.runtime.relay import Relay, Relayed

LOOK_BACK = timedelta(hours=26)
"""How far back a run looks: a stream keeps its records for 24 hours."""
GRACE = timedelta(seconds=90)
"""What the stream gets to deliver before the sweeper does its work for it."""
RIPE = timedelta(minutes=20)
"""How long a bucket must have ended before it can be proven complete. A writer's clock may be 15 minutes
behind ours, it commits up to a minute after it has read it, and the index is up to a minute late."""
SECONDS = 40.0
"""No page is begun later than this in a run; one page, all of it lost, takes a few seconds."""
MARK = "SWEPT"
_NOTHING = Relayed((), ())
_PAGE = 500
"""Entries of the index per page, and so at most as many ids per receipt: an item holds some thousands."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one run did with one table."""

    table: str
    published: int
    parked: int
    left: tuple[str, ...]
    """Buckets that it did not come to the end of, oldest first."""
    errors: tuple[Exception, ...]


def sweep(
    relays: Iterable[Relay], now: datetime, *, clock: Callable[[], float], hours: int | None = None
) -> list[Swept]:
    """Publish what has no receipt, table by table as `relays` come. `clock` counts seconds from anywhere.

    Looks at what is not proven complete in `LOOK_BACK`; told `hours`, at all of them, whatever was proven.
    What went wrong stands in the answer: a bucket's trouble is its own, and only Throttled ends a queue.
    """
    stop = now - GRACE
    names = buckets_between(now - (LOOK_BACK if hours is None else timedelta(hours=hours)), stop)
    ripe = bucket(now - RIPE - timedelta(minutes=BUCKET_MINUTES))
    young, old = [name for name in names if name > ripe], [name for name in names if name <= ripe]
    by_table = [
        [_Queue(relay, young, stop), _Queue(relay, old, stop, ripe=True, trusting=hours is None)]
        for relay in relays
    ]
    waiting = [queue for queues in by_table for queue in queues]
    at = clock()
    until = at + SECONDS
    while waiting and at < until:
        queue = min(waiting, key=lambda one: one.used)
        if not queue.step():
            waiting.remove(queue)
        began, at = at, clock()
        queue.used += at - began
    return [_told(queues) for queues in by_table]


def _told(queues: Sequence["_Queue"]) -> Swept:
    return Swept(
        table=queues[0].table,
        published=sum(queue.published for queue in queues),
        parked=sum(queue.parked for queue in queues),
        left=tuple(sorted(name for queue in queues for name in queue.left)),
        errors=tuple(error for queue in queues for error in queue.errors),
    )


class _Queue:
    """Buckets of one table in the order of their sweep. `used`: seconds of the run that went into them.

    `ripe`: they can be proven complete; `trusting`: those that have been are passed over.
    """

    def __init__(
        self,
        relay: Relay,
        buckets: Iterable[str],
        stop: datetime,
        *,
        ripe: bool = False,
        trusting: bool = False,
    ) -> None:
        self.table = relay.table.name
        self.left = list(buckets)
        self.used = 0.0
        self.published = self.parked = 0
        self.errors: list[Exception] = []
        self._relay = relay
        self._listed = Listed(relay.table, _PAGE)
        self._stop = stamp(stop)
        self._ripe = ripe
        self._trusting = trusting
        self._pages = self._sweep()

    def step(self) -> bool:
        """Sweep one page. False when there is none left, or a service asks to slow down."""
        try:
            relayed = next(self._pages, None)
        except Exception as error:
            self._fail(error)
            return False
        if relayed is None:
            return False
        self.published += len(relayed.published)
        self.parked += len(relayed.parked)
        return True

    def _sweep(self) -> Iterator[Relayed]:
        proven = self._marks() if self._trusting else {}
        self.left = [name for name in self.left if proven.get(name, 0) < SHARDS]
        for name in tuple(self.left):
            try:
                yield from self._bucket(name, proven.get(name, 0))
            except Throttled:
                raise
            except Exception as error:
                self._fail(error, bucket=name)
            else:
                self.left.remove(name)

    def _bucket(self, name: str, proven: int) -> Iterator[Relayed]:
        """All but the first `proven` shards, page by page. Only the ids of its receipts are held together."""
        receipted = Receipted(self._relay.table, name)
        complete = self._ripe
        for shard in range(proven, SHARDS):
            complete = (yield from self._shard(name, shard, receipted)) and complete
            # A small bucket is quicker swept again than its shards are noted one by one.
            if complete and (shard + 1 == SHARDS or receipted.count > _PAGE):
                self._mark(name, shard + 1)
                yield _NOTHING

    def _shard(self, name: str, shard: int, receipted: Receipted) -> Generator[Relayed, None, bool]:
        """Whether nothing was missing. What was is asked for again by another run: its receipt may fail."""
        complete = more = True
        while more:
            entries, more = self._listed.page(name, shard)
            rows = self._rows([entry for entry in entries if event_id(entry) not in receipted])
            complete = complete and not rows
            late = [row for row in rows if str(row.get("occurred_at", "")) <= self._stop]
            if late or self._listed.asked:  # what was read ahead and lists nothing takes no time
                yield self._relay.publish(late) if late else _NOTHING
        return complete

    def _rows(self, entries: Sequence[Item]) -> list[Item]:
        """The rows that the index lists and the table has, each with what it needs to be parked at least."""
        if not entries:
            return []
        listed = {(entry["pk"], entry["sk"]): entry | {"event_id": event_id(entry)} for entry in entries}
        stored = self._relay.table.read_many(listed, dict)
        rows = [{"pk": row.pk, "sk": row.sk} if isinstance(row, Unreadable) else row for row in stored]
        return [listed[row["pk"], row["sk"]] | row for row in rows]

    def _marks(self) -> dict[str, int]:
        """Bucket -> how many of its shards, from the first on, are proven."""
        if not self.left:
            return {}
        marks = self._relay.table.onward(MARK, f"{MARK}#{self.left[0]}")
        return {mark["sk"].partition("#")[2]: mark["proven"] for mark in marks}

    def _mark(self, name: str, shards: int) -> None:
        # Another run may have come further: its mark stays.
        condition, values = "attribute_not_exists(pk) OR proven < :shards", {":shards": shards}
        mark = {"pk": MARK, "sk": f"{MARK}#{name}", "proven": shards}
        self._relay.table.write(Put(self.table, mark, condition, values=values))

    def _fail(self, error: Exception, **where: str) -> None:
        failure("sweep_outbox", error, table=self.table, **where)
        self.errors.append(error)
