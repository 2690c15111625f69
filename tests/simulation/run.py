"""One seed, one run: the same, byte for byte, every time."""

import marshal
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Final

from oms.aws.outbox import SHARDS
from oms.aws.table import Table
from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import register_location
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.inventory.domain.promise import CHUNK
from oms.kernel.events import Actor as Person

from ops.verify import Report
from tests.simulation.actors.actor import Actor
from tests.simulation.actors.cardholder import Cardholder
from tests.simulation.actors.hasty import Hasty
from tests.simulation.actors.outage import Outage
from tests.simulation.actors.shop import Shop
from tests.simulation.actors.stockroom import Stockroom
from tests.simulation.actors.support import Support
from tests.simulation.actors.warehouse import Warehouse
from tests.simulation.aws.deployed import TABLES
from tests.simulation.cloud.world import EPOCH, MORNING, World
from tests.simulation.coverage import Way, of_reservations
from tests.simulation.laws import Known, examined, uncovered
from tests.simulation.plot import Plot
from tests.simulation.weather import Weather

CAST: Final[tuple[type[Actor], ...]] = (Shop, Hasty, Cardholder, Warehouse, Stockroom, Support, Outage)
"""Everybody who acts. A new actor is a class and its place here."""
CALM: Final = 600.0
LIVENESS: Final = 8 * 3600.0
"""Within so many seconds of calm weather everything is at its end, or parked with an owner."""
_LOOK, _LONG_LOOK = 30.0, 600.0
"""Seconds between two looks at whether anything moves; the longer pause follows where a law did not hold."""
_RUSH: Final = 0.4
_UPKEEP: Final = (120.0, 300.0)
"""Seconds between two rounds of the sweeper and the watchdog: on AWS it is a minute, and now and then one fails."""
UPKEEP: Final = ("relay/sweep_outbox", "capture/watch_orders")
"""What looks for what was lost. Where the weather loses nothing they are off, so that they cover up for nobody."""
_SELDOM: Final = 6 * 3600.0
_DAY: Final = 24 * 3600.0
_ORDERS: Final = (5,) * 16 + (6, 7, 8, 12)
_CROWD: Final = 9
"""Orders where everybody wants the same at once: a few units of one SKU."""
_MANY: Final = 50
_SELDOM_MANY: Final = 0.002
_CLOSELY: Final = 0.02
"""How many of the smallest runs are examined after every write."""
_AT_ANY_MOMENT: Final = timedelta(days=40)
"""What consequences may take where every write is examined: longer than any holiday, or a relay that is off."""
_HOLIDAY: Final = 0.003
_WAITING: Final = 0.6
"""In how many failovers nobody ships or decides before they are over, so that workflows wait, as most do."""
_HOLIDAYS: Final = (5 * 3600.0, 5 * 3600.0, 15 * _DAY, 31 * _DAY)
"""Beyond the first deadline of an exception, beyond the wait for a decision, beyond that for a shipment."""
_SHARDS: Final = (1, 1, 1, 1, 1, 1, 2, SHARDS)
_CHUNKS: Final = (CHUNK, CHUNK, CHUNK, 1, 2)
_PLACES: Final = (("LON", 10), ("MAN", 20), ("GLA", 30))


@dataclass
class Outcome:
    """What a run came to. `broken` is empty where every law held in time."""

    seed: int
    orders: int
    steps: int
    seconds: float
    """Simulated, until it was at rest."""
    strikes: Counter[str]
    visited: Counter[Way]
    digest: str
    """Of everything that is stored in the end: the same for the same seed and the same code."""
    broken: list[str] = field(default_factory=list)


def simulate(seed: int) -> Outcome:
    """Play one run to its rest. Where the simulator itself cannot, what it raises names the seed."""
    try:
        return _played(seed)
    except Exception as error:
        error.add_note(f"seed {seed}")
        raise


def _played(seed: int) -> Outcome:
    chance = Random(seed)
    weather = Weather.of(chance, CALM)
    plot = _plot(chance, weather)
    relay_off = "relay_off" in weather.rates
    if relay_off:
        # In a holiday the sweeper looks once in six hours: too late for what a relay has left lying for 25.
        plot.holiday = 0.0
    past = timedelta(hours=26) if plot.holiday or relay_off else MORNING
    if weather.failover and chance.random() < _WAITING:
        plot.holiday = max(plot.holiday, CALM)
    world = World(chance, weather, look_back=past, chunk=plot.chunk, shards=plot.shards)
    with world.running():
        _stock_up(world, plot)
        for folder in _upkeep(world):
            world.every(_SELDOM if plot.holiday > _DAY else chance.choice(_UPKEEP), folder, {})
        for actor in CAST:
            actor(world, plot).begin()
        at_once = _watch(world, plot) if plot.closely else []
        world.settle(CALM)
        broken = at_once + _rest(world, plot)
        broken += [f"law 4: {said}" for said in uncovered(world)]
        broken += [f"defect: {said}" for said in sorted(world.defects)]
        return Outcome(
            seed,
            plot.orders,
            world.agenda.steps,
            world.agenda.now,
            weather.strikes,
            world.visited + of_reservations(world.dynamo.stream("inventory")),
            _digest(world),
            broken,
        )


def _watch(world: World, plot: Plot) -> list[str]:
    """What is broken at any moment, where consequences may take their time. A dead workflow is one of them (law 9)."""
    found: list[str] = []
    known: Known = {}

    def look() -> None:
        if not found:
            report = examined(world, plot, known, grace=_AT_ANY_MOMENT)
            found.extend(text for text in _violations(report) if not text.startswith("law 9"))

    world.watched = look
    return found


def _violations(report: Report) -> list[str]:
    return [f"law {law.number}: {text}" for law in report.laws for text in law.violations]


def _digest(world: World) -> str:
    everything = [list(world.dynamo.items(table)) for table in TABLES]
    # Version 0 writes values and nothing of how they lie in memory.
    return sha256(marshal.dumps(everything, 0)).hexdigest()[:16]


def _rest(world: World, plot: Plot) -> list[str]:
    """Wait until nothing moves any more, then examine: what is wrong, or that it never came to rest."""
    calm = max(CALM, world.upkeep_off_until, plot.holiday)
    over = calm + LIVENESS
    world.settle(calm)
    look = _LOOK
    while True:
        _come_to_rest(world, over, look)
        broken = _violations(examined(world, plot))
        if not broken or world.agenda.now >= over:
            return broken + [f"liveness: {what}" for what in [*_moving(world), *_left_to_people(world)]]
        look = _LONG_LOOK


def _come_to_rest(world: World, over: float, look: float) -> None:
    """Until nothing has moved for so long that sweeper and watchdog have had a look at it, or it is `over`."""
    quiet_since = None
    while world.agenda.now < over:
        world.settle(min(over, world.agenda.now + look))
        if _moving(world) or _left_to_people(world):
            quiet_since = None
        elif quiet_since is None:
            quiet_since = world.agenda.now
        elif not world.functions.under_way and all(
            world.called.get(folder, 0.0) > quiet_since for folder in _upkeep(world)
        ):
            return


def _upkeep(world: World) -> tuple[str, ...]:
    return () if world.weather.gentle else UPKEEP


def _moving(world: World) -> list[str]:
    """What is not at its end."""
    running = [name for name, one in world.workflows.executions.items() if one.status == "RUNNING"]
    unread = [f"{count} messages in {name}" for name, count in world.queues.depths().items() if count]
    behind = [f"the stream of {table} is not read" for table, one in world.mappings.items() if one.behind]
    return [*(f"the workflow {name} still runs" for name in running), *unread, *behind]


def _left_to_people(world: World) -> list[str]:
    """What waits for people. Support staff are at work, so in the end nothing may."""
    items = world.dynamo.items("support", "CASE#")
    return [f"{item['case_id']['S']} is still open" for item in items if "queue_key" in item]


def _plot(chance: Random, weather: Weather) -> Plot:
    if weather.crush:
        orders, kinds = _CROWD, 1
    else:
        orders = _MANY if chance.random() < _SELDOM_MANY else chance.choice(_ORDERS)
        kinds = chance.choice((1, 2, 3, 4))
    skus = tuple(f"SKU-{number}" for number in range(kinds))
    return Plot(
        skus,
        tuple(code for code, _ in _PLACES),
        orders,
        CALM,
        rush=weather.crush or weather.failover or chance.random() < _RUSH,
        chunk=chance.choice(_CHUNKS),
        shards=chance.choice(_SHARDS),
        closely=orders == min(_ORDERS) and chance.random() < _CLOSELY,
        holiday=chance.choice(_HOLIDAYS) if chance.random() < _HOLIDAY else 0.0,
    )


def _stock_up(world: World, plot: Plot) -> None:
    """Scarce for some, plenty for others."""
    table = Table(world.dynamo, "inventory")
    stock, locations = DynamoStock(table), DynamoLocations(table)
    clerk = Person("system", "simulation")
    for code, priority in _PLACES:
        place = Location(
            code, name=code, line1="1 Dock Road", city="Town", postal_code="E1 1AA", country="GB",
            priority=priority,
        )  # fmt: skip
        register_location(locations, place, now=EPOCH, actor=clerk)
    for sku in plot.skus:
        for code in plot.locations:
            units = world.chance.choice((0, 1, 2, 3) if plot.rush else (0, 1, 3, 10, 50))
            if units:
                receipt = Adjustment(f"open-{sku}-{code}", sku, code, units, "receipt")
                adjust(stock, locations, receipt, now=EPOCH, actor=clerk)
    world.agenda.after(0.0, world.notice)
