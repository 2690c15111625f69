"""One change to a document that was right: structure-aware, so that most of it still is."""

import copy
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from tests.fuzz import values
from tests.fuzz.history import PERSON

Json = Any
Place = tuple[Json, Json]
"""A container and the key or index in it."""
_IDS: Final = frozenset(
    (
        "order_id",
        "event_id",
        "subject",
        "type",
        "run",
        "messageId",
        "eventSourceARN",
        "routeKey",
        "client_id",
        "scope",
    )
)
"""What may stand in a log line: it comes from ourselves. Nobody's name is ever put there."""


def mutated(chance: Random, document: Json, donors: Sequence[Json] = ()) -> Json:
    """A copy with one to three changes. `donors`: other documents of which pieces may come."""
    made = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        here = places(made)
        if not here:
            return values.value(chance)
        holder, key = chance.choice(here)
        donor = chance.choice(donors) if donors else made
        chance.choice(_CHANGES)(chance, holder, key, donor)
    return made


def places(document: Json) -> list[Place]:
    """Every place in a document; of a long list its ends only."""
    found: list[Place] = []
    pending = [document]
    while pending:
        holder = pending.pop()
        if isinstance(holder, dict):
            keys: Sequence[Json] = list(holder)
        elif isinstance(holder, list):
            keys = range(len(holder)) if len(holder) < 6 else (0, 1, len(holder) - 1)
        else:
            continue
        found += [(holder, key) for key in keys]
        pending += [holder[key] for key in keys]
    return found


def _drop(_chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    del holder[key]


def _put(chance: Random, holder: Json, key: Json, made: Json) -> None:
    named = key in _IDS and PERSON in str(made)
    holder[key] = "somebody" if named else made


def _replace(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    _put(chance, holder, key, values.value(chance))


def _text(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    _put(chance, holder, key, values.text(chance))


def _number(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    holder[key] = values.number(chance)


def _nudge(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    """Off by one, or a little longer or shorter: what a boundary check must see."""
    old = holder[key]
    match old:
        case bool():
            holder[key] = not old
        case int() | float():
            holder[key] = old + chance.choice((-1, 1, -100, 100))
        case str():
            holder[key] = chance.choice(
                (old[:-1], old + old[-1:], old.upper(), old.swapcase(), f" {old}", old[::-1])
            )
        case _:
            holder[key] = None


def _swap_type(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    old = holder[key]
    turned: Sequence[Json] = (str(old), [old], {"value": old}, None, bool(old), [], {})
    _put(chance, holder, key, chance.choice(turned))


def _repeat(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    """The same once more: beside itself in a list, else under another name."""
    if isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    else:
        holder[chance.choice((f"{key}_", key.upper(), key.title(), f" {key}"))] = copy.deepcopy(holder[key])


def _add(chance: Random, holder: Json, key: Json, _donor: Json) -> None:
    if isinstance(holder, list):
        holder.append(values.value(chance))
    else:
        holder[chance.choice(("extra", "__proto__", "", "id", "version", "token", "reason"))] = values.value(
            chance
        )


def _splice(chance: Random, holder: Json, key: Json, donor: Json) -> None:
    """What stands under the same name elsewhere, or anything from there."""
    there = places(donor)
    same = [(box, name) for box, name in there if name == key]
    if there:
        box, name = chance.choice(same or there)
        _put(chance, holder, key, copy.deepcopy(box[name]))


_CHANGES: Final[tuple[Callable[[Random, Json, Json, Json], None], ...]] = (
    _drop, _replace, _replace, _text, _text, _number, _number, _nudge, _nudge, _swap_type, _repeat, _add, _splice, _splice,
)  # fmt: skip
