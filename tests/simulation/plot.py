"""What a run is about: its stock, its orders, and what clients were promised."""

from dataclasses import dataclass, field

from oms.aws.outbox import SHARDS
from oms.inventory.domain.promise import CHUNK


@dataclass
class Plot:
    skus: tuple[str, ...]
    locations: tuple[str, ...]
    orders: int
    calm: float
    """Simulated second at which the bad weather ends and actors begin nothing new."""
    rush: bool = False
    """Whether everybody buys at once, and little is there."""
    chunk: int = CHUNK
    """Stock rows per chunk of a reservation; with few of them a small order has many chunks."""
    shards: int = SHARDS
    """Of every outbox; with few of them the sweeper is soon through."""
    closely: bool = False
    """Whether the laws are examined after every write, and not at rest alone."""
    holiday: float = 0.0
    """Until this simulated second no person does anything: neither support nor any location."""
    acknowledged: list[str] = field(default_factory=list)
    """Ids of orders that somebody was told are stored."""
