"""One seed, one run: the same, byte for byte, every time."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Final

from oms.aws.items import unmarshal
from oms.aws.table import Table
from oms.inventory.adapters.dynamo import DynamoLocations, DynamoStock
from oms.inventory.application.adjusting import adjust
from oms.inventory.application.locating import register_location
from oms.inventory.domain.adjustment import Adjustment
from oms.inventory.domain.location import Location
from oms.kernel.events import Actor as Person
from oms.support.adapters.dynamo import case_of

from tests.simulation.actors.actor import Actor
from tests.simulation.actors.outage import Outage
from tests.simulation.actors.shop import Shop
from tests.simulation.actors.stockroom import Stockroom
from tests.simulation.actors.support import Support
from tests.simulation.actors.warehouse import Warehouse
from tests.simulation.aws.deployed import TABLES
from tests.simulation.cloud.world import EPOCH, World
from tests.simulation.laws import examined
from tests.simulation.plot import Plot
from tests.simulation.weather import Weather

CAST: Final[tuple[type[Actor], ...]] = (Shop, Warehouse, Stockroom, Support, Outage)
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
    visited: Counter[tuple[str, str]]
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
    plot = _plot(chance)
    world = World(chance, weather)
    with world.running():
        _stock_up(world, plot)
        for folder in _upkeep(world):
            world.every(chance.choice(_UPKEEP), folder, {})
        for actor in CAST:
            actor(world, plot).begin()
        world.settle(CALM)
        broken = _rest(world, plot)
        return Outcome(
            seed,
            plot.orders,
            world.agenda.steps,
            world.agenda.now,
            weather.strikes,
            world.workflows.visited,
            _digest(world),
            broken,
        )


def _digest(world: World) -> str:
    everything = sha256()
    for table in TABLES:
        for item in world.dynamo.items(table):
            everything.update(repr(sorted(item.items())).encode())
    return everything.hexdigest()[:16]


def _rest(world: World, plot: Plot) -> list[str]:
    """Wait until nothing moves any more, then examine: what is wrong, or that it never came to rest."""
    over = max(CALM, world.upkeep_off_until) + LIVENESS
    if world.upkeep_off_until:
        world.settle(world.upkeep_off_until)
    look = _LOOK
    while True:
        _come_to_rest(world, over, look)
        report = examined(world, plot)
        broken = [f"law {law.number}: {text}" for law in report.laws for text in law.violations]
        if not broken or world.agenda.now >= over:
            return broken + [f"liveness: {what}" for what in _moving(world)]
        look = _LONG_LOOK


def _come_to_rest(world: World, over: float, look: float) -> None:
    """Until nothing has moved for so long that sweeper and watchdog have had a look at it, or it is `over`."""
    quiet_since = None
    while world.agenda.now < over:
        world.settle(min(over, world.agenda.now + look))
        if _moving(world) or _waits_for_people(world):
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
    """What is not at its end. Support staff are at work, so nothing may wait for people either."""
    running = [name for name, one in world.workflows.executions.items() if one.status == "RUNNING"]
    unread = [f"{count} messages in {name}" for name, count in world.queues.depths().items() if count]
    behind = [f"the stream of {table} is not read" for table, one in world.mappings.items() if one.behind]
    return [*(f"the workflow {name} still runs" for name in running), *unread, *behind]


def _waits_for_people(world: World) -> bool:
    cases = [item for item in world.dynamo.items("support") if item["sk"]["S"].startswith("CASE#")]
    return any(case_of(unmarshal(item)).is_open for item in cases)


def _plot(chance: Random) -> Plot:
    orders = chance.choice((5, 5, 6, 7, 8, 10, 12, 20))
    skus = tuple(f"SKU-{number}" for number in range(chance.choice((1, 2, 3, 4))))
    return Plot(skus, tuple(code for code, _ in _PLACES), orders, CALM, rush=chance.random() < _RUSH)


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
