"""The demonstration as a command shows it: stock up, play, check; its document and its pages."""

import time
from dataclasses import dataclass
from typing import Any

from ops.cli.rendering.laws import laws_page
from ops.cli.rendering.running import played_document, played_page, summary_page
from ops.cli.screen import Screen
from ops.demo.playing import Played, play_all, tell_timelines
from ops.demo.preparing import await_rest, stock_up, warm_up
from ops.demo.scenarios import SCENARIOS
from ops.demo.waiting import Patience, StillWaiting
from ops.stack import Stack

_REST_SECONDS = 60.0
_LAWS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration found."""

    orders: list[dict[str, Any]]
    laws: dict[str, Any]

    @property
    def holds(self) -> bool:
        """Every order reached its end, and every law holds."""
        return all(order["reached"] for order in self.orders) and bool(self.laws["holds"])

    def document(self) -> dict[str, Any]:
        return {"holds": self.holds, "orders": self.orders, "laws": self.laws}


def demonstrate(stack: Stack, screen: Screen) -> Shown:
    """Raises what stocking up raises; an order that goes astray is part of the result."""
    with screen.step("stock"), screen.bar("receipts") as advance:
        counts = stock_up(stack, advance)
    screen.say(
        f"{counts['skus']} SKUs at {counts['locations']} locations, {counts['receipts']} receipts booked by the API"
    )
    with screen.step("warm-up"), screen.bar("operations") as advance:
        warm_up(stack, advance)
    with screen.step("orders"):
        played = _play(stack, screen)
        _await_rest(stack, screen)
        tell_timelines(stack, played)
    documents = [played_document(one) for one in played]
    screen.show(*(played_page(one) for one in documents), summary_page(documents))
    with screen.step("verification"):
        laws = _verify(stack)
    screen.show(laws_page(laws))
    return Shown(documents, laws)


def _play(stack: Stack, screen: Screen) -> list[Played]:
    run = f"demo-{int(time.time())}"
    done = 0
    with screen.bar("orders at their end") as advance:

        def on_played(one: Played) -> None:
            nonlocal done
            done += 1
            advance(done, len(SCENARIOS))
            if not one.reached:
                screen.say(f"{one.scenario.name} is not at its end: {one.problem}")

        return play_all(stack, SCENARIOS, run, on_played=on_played)


def _await_rest(stack: Stack, screen: Screen) -> None:
    try:
        await_rest(stack, Patience(_REST_SECONDS))
    except StillWaiting as busy:
        screen.say(str(busy))


def _verify(stack: Stack) -> dict[str, Any]:
    from ops.verify import AT_REST, check  # a broken check must not keep the system from starting

    return check(stack, grace=AT_REST, patience=_LAWS_SECONDS).to_json()
