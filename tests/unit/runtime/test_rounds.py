"""However many orders and executions there are: every round is short, and every one of them has its turn."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from oms.aws.items import Unreadable
from oms.contracts.api import CHANNELS
from oms.kernel.clock import stamp
from oms.kernel.errors import Throttled, WriteConflict
from oms.kernel.ids import order_id
from oms.orders.application.cancellation import cancel_lines
from oms.orders.application.release import hold_order
from oms.orders.application.shipping import record_shipment
from oms.orders.domain.order import ACTIVE_STATUSES, Hold
from oms.runtime import watching
from oms.runtime.starting import BROKEN, MOST_ATTEMPTS, Executions
from oms.runtime.step_functions import Tokens
from oms.runtime.watching import MOST_LOOKS, MOST_NEWLY_BROKEN, Watchdog, Watched
from oms.support.domain.exceptions import Case

from tests.builders import CLIENT, NOW, ORDER, SYSTEM, a_snapshot, later, placed, released
from tests.fakes.bookmarks import FakeBookmarks
from tests.fakes.cases import FakeCases
from tests.fakes.orders import FakeOrders
from tests.fakes.step_functions import WORKFLOW, FakeStepFunctions
from tests.unit.orders.warehouse import a_parcel

START = NOW + timedelta(days=1)
REFILLED_PER_MINUTE = 600
"""DescribeExecution, in most regions."""


class Yard:
    """A watchdog, what it watches over, and a clock that goes on by a minute per round."""

    def __init__(self) -> None:
        self.orders, self.cases = FakeOrders(), FakeCases()
        self.states, self.bookmarks = FakeStepFunctions(), FakeBookmarks()
        self.now = START
        self.dog = self.another()

    def another(self, hurry: Callable[[], bool] = lambda: False) -> Watchdog:
        return Watchdog(
            self.orders,
            self.orders,
            self.cases,
            Executions(self.states, WORKFLOW),
            Tokens(self.states),
            CHANNELS,
            self.bookmarks,
            hurry=hurry,
        )

    def round(self, dog: Watchdog | None = None, *, everything: bool = False) -> Watched:
        self.now += timedelta(minutes=1)
        return (dog or self.dog).round(self.now, everything=everything)

    def rounds(self, count: int) -> list[tuple[str, ...]]:
        """What so many rounds restarted."""
        return [self.round().restarted for _ in range(count)]

    def waiting(self, count: int, *, status: str = "RELEASED", prefix: str = "w") -> list[str]:
        """Orders whose workflow runs, a second apart; their ids, oldest first."""
        first = a_snapshot(external=f"{prefix}0")
        if status == "RECEIVED":
            placed(self.orders, first)
        elif status == "ON_HOLD":
            placed(self.orders, first)
            hold_order(
                first.order_id, Hold.FRAUD, "why", assessment=1, orders=self.orders, now=NOW, actor=SYSTEM
            )
        else:
            released(self.orders, first)
        like = self.orders.orders.pop(first.order_id)
        assert like.headline == status
        ids = [order_id("web", f"{prefix}{number}") for number in range(count)]
        for number, each in enumerate(ids):
            self.orders.orders[each] = replace(like, order_id=each, placed_at=stamp(later(number)))
        self.states.executions |= dict.fromkeys(ids, "RUNNING")
        return ids

    def dies(self, *ids: str) -> None:
        """Their workflows are gone and listed nowhere: an outage before they were started."""
        for each in ids:
            del self.states.executions[each]

    def called_off(self, external: str) -> str:
        """An order that was called off, whose workflow broke off before it gave back stock and money."""
        found = released(self.orders, a_snapshot(external=external)).order_id
        cancel_lines(found, orders=self.orders, now=NOW, actor=SYSTEM)
        self.states.executions[found] = "ABORTED"
        return found

    def cannot_load(self, order_id: str, error: Exception) -> None:
        load = self.orders.load

        def refused(wanted: str) -> Any:
            if wanted == order_id:
                raise error
            return load(wanted)

        self.orders.load = refused  # type: ignore[method-assign, assignment]

    def settled(self, count: int, status: str = "FAILED") -> None:
        """Orders that have ended well after one workflow broke off. Its name stays in the list for 90 days."""
        for number in range(count):
            self.states.executions |= {
                f"ord_s{status}{number}": status,
                f"ord_s{status}{number}-2": "SUCCEEDED",
            }

    def shipped_unnoticed(self) -> str:
        """An order whose workflow still waits for the shipment that nobody told it of."""
        released(self.orders)
        record_shipment(f"{ORDER}-f1", a_parcel("p1"), orders=self.orders, now=NOW, actor=CLIENT)
        self.orders.keep_token(ORDER, "token", "")
        self.states.waiting.add("token")
        self.states.executions[ORDER] = "RUNNING"
        return ORDER


@pytest.fixture
def yard() -> Yard:
    return Yard()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few orders reach: four in a round, for eleven of twelve lists are empty and cost a look each."""
    limits = {"MOST_NEW": 2, "MOST_LOOKS": 15, "MOST_NEWLY_BROKEN": 6, "MOST_BROKEN": 4}
    for name, value in (limits | {"_PAGE": 2, "_LONG_PAGE": 2}).items():
        monkeypatch.setattr(watching, name, value)


def flat(rounds: Iterable[tuple[str, ...]]) -> list[str]:
    return [each for restarted in rounds for each in restarted]


def after(looks: int) -> Callable[[], bool]:
    """Tells to hurry once it was asked so often."""
    asked = iter([False] * looks)
    return lambda: next(asked, True)


def test_the_five_thousand_and_first_order_is_reached_at_the_rate_the_runbook_states(yard: Yard) -> None:
    last = yard.waiting(5001)[-1]
    yard.dies(last)

    rounds = yard.rounds(5001 // MOST_LOOKS + 3)

    assert flat(rounds) == [last]


def test_a_new_order_behind_more_than_are_listed_is_reached(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_NEW", 500)
    last = yard.waiting(1000, status="RECEIVED")[-1]
    yard.dies(last)

    assert flat(yard.rounds(6)) == [last]


def test_new_orders_are_looked_at_in_every_round(yard: Yard) -> None:
    yard.waiting(1000)
    received = yard.waiting(600, status="RECEIVED", prefix="r")
    assert yard.rounds(3) == [()] * 3

    yard.dies(received[-1])

    assert yard.round().restarted == (received[-1],)


def test_new_orders_are_looked_at_from_the_oldest_on(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_NEW", 200)
    monkeypatch.setattr(watching, "MOST_LOOKS", 30)
    oldest, *_ = yard.waiting(600, status="RECEIVED")
    yard.rounds(2)

    yard.dies(oldest)

    assert yard.round().restarted == (oldest,)


def test_rounds_go_on_where_the_last_one_stopped_and_begin_again_behind_the_end(
    yard: Yard, small: None
) -> None:
    ids = yard.waiting(10)
    yard.dies(*ids)

    assert [len(restarted) for restarted in yard.rounds(3)] == [4, 4, 2]
    assert sorted(yard.states.executions) == sorted(ids)

    yard.dies(*ids)

    assert [len(restarted) for restarted in yard.rounds(3)] == [4, 4, 2]


def test_an_order_that_dies_behind_the_watchdogs_back_is_found_the_next_time_round(
    yard: Yard, small: None
) -> None:
    first, *_ = yard.waiting(10)
    yard.round()

    yard.dies(first)

    assert yard.rounds(4) == [(), (), (first,), ()]


def test_a_long_list_does_not_keep_the_others_waiting(yard: Yard) -> None:
    yard.waiting(5000)
    held = yard.waiting(1, status="ON_HOLD", prefix="h")
    other = released(yard.orders, a_snapshot(channel="marketplace")).order_id
    yard.dies(*held)

    assert set(yard.round().restarted) == {held[0], other}


def test_two_watchdogs_at_once_take_nothing_twice_and_leave_nothing_out(yard: Yard, small: None) -> None:
    ids = yard.waiting(12)
    yard.dies(*ids)
    by_status, others = yard.orders.by_status, list[tuple[str, ...]]()

    def overtaken(channel: str, status: str, **page: Any) -> Any:
        if (channel, status) == ("web", "RELEASED") and yard.dog in resting:
            others.append(resting.pop().round(yard.now).restarted)
        return by_status(channel, status, **page)

    resting = [yard.dog]
    yard.orders.by_status = overtaken  # type: ignore[method-assign]
    first = yard.round(yard.another())

    assert others == [tuple(ids[:4])]
    assert set(first.restarted).isdisjoint(ids[:4])
    assert sorted([*ids[:4], *first.restarted, *flat(yard.rounds(12))]) == sorted(ids)


def test_a_bookmark_of_a_watchdog_whose_clock_is_ahead_stands_at_the_end(yard: Yard) -> None:
    (order,) = yard.waiting(1)
    yard.dies(order)
    yard.bookmarks.places["web#RELEASED"] = f"{stamp(START + timedelta(days=1))}#{order}"
    by_status = yard.orders.by_status

    def as_an_index_does(*key: str, **page: Any) -> Any:
        assert page["after"] is None or page["after"].at <= page["until"]
        return by_status(*key, **page)

    yard.orders.by_status = as_an_index_does  # type: ignore[method-assign]

    assert yard.rounds(2) == [(), (order,)]


def test_a_broken_workflow_behind_all_the_newest_is_followed(yard: Yard) -> None:
    order = yard.called_off("old")
    yard.settled(500, "ABORTED")

    assert flat(yard.rounds(10)) == [order]


def test_the_newest_broken_workflow_is_followed_at_once_wherever_the_walk_is(yard: Yard) -> None:
    yard.settled(500, "ABORTED")
    yard.rounds(3)
    assert yard.bookmarks.get("ABORTED")

    order = yard.called_off("new")

    assert yard.round().restarted == (order,)


def test_each_kind_of_broken_workflow_is_looked_at(yard: Yard) -> None:
    orders = [yard.called_off(status) for status in ("FAILED", "TIMED_OUT", "ABORTED")]
    for order, status in zip(orders, ("FAILED", "TIMED_OUT", "ABORTED"), strict=True):
        yard.states.executions[order] = status

    assert sorted(yard.round().restarted) == sorted(orders)


def test_an_attempt_that_breaks_off_behind_an_earlier_one_is_followed(yard: Yard) -> None:
    order = yard.called_off("1")
    yard.states.executions[f"{order}-2"] = "FAILED"

    assert yard.round().restarted == (order,)
    assert yard.states.executions[f"{order}-3"] == "RUNNING"


def test_a_workflow_that_a_person_has_redriven_is_no_longer_broken(yard: Yard) -> None:
    order = yard.called_off("1")
    listed = yard.states.list_executions

    def late(**request: Any) -> Any:
        return (
            listed(**request) if request["statusFilter"] != "ABORTED" else {"executions": [{"name": order}]}
        )

    yard.states.list_executions = late  # type: ignore[method-assign]
    yard.states.executions[order] = "RUNNING"

    assert yard.round().restarted == ()


def test_a_walk_whose_page_token_has_expired_begins_anew(yard: Yard) -> None:
    order = yard.called_off("old")
    yard.settled(500, "ABORTED")
    yard.rounds(3)
    assert yard.bookmarks.get("ABORTED")

    yard.states.pages.clear()

    assert flat(yard.rounds(10)) == [order]


@pytest.mark.parametrize("newer", [100, 1001])
def test_a_wake_up_that_was_lost_is_made_up_for_however_many_workflows_are_newer(
    yard: Yard, newer: int
) -> None:
    order = yard.shipped_unnoticed()
    yard.states.executions |= {f"ord_{number}": "RUNNING" for number in range(newer)}

    rounds = [yard.round().woken for _ in range(newer // MOST_LOOKS + 2)]

    assert flat(rounds) == [order]


def test_no_round_asks_for_more_executions_than_step_functions_refills_in_a_minute(yard: Yard) -> None:
    for status in ("RELEASED", "ON_HOLD"):
        yard.waiting(400, status=status, prefix=status)
    for status in ("FAILED", "TIMED_OUT", "ABORTED"):
        yard.settled(300, status)

    for _ in range(8):
        yard.states.calls.clear()
        looked_at = yard.round().looked_at
        assert looked_at <= MOST_LOOKS
        assert yard.states.calls.count("DescribeExecution") <= REFILLED_PER_MINUTE
        assert yard.states.calls.count("ListExecutions") <= 20
    assert yard.states.calls.count("DescribeExecution") > MOST_LOOKS + MOST_NEWLY_BROKEN


def test_nothing_is_asked_for_twice_in_a_round_although_it_stands_in_two_lists(yard: Yard) -> None:
    yard.waiting(5, status="RECEIVED")
    yard.settled(7)

    yard.round()

    assert yard.states.calls.count("DescribeExecution") == 5 + 7


def test_an_order_for_which_no_start_was_left_is_the_first_of_the_next_round(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_STARTS", 2)
    ids = yard.waiting(700)
    yard.dies(*ids[:5])

    assert yard.rounds(3) == [tuple(ids[:2]), tuple(ids[2:4]), (ids[4],)]


def test_a_broken_workflow_for_which_no_start_was_left_is_followed_in_the_next_round(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_STARTS", 2)
    orders = [yard.called_off(f"n{number}") for number in range(5)]
    yard.settled(500, "ABORTED")

    rounds = yard.rounds(12)

    assert sorted(flat(rounds)) == sorted(orders)
    assert max(len(restarted) for restarted in rounds) == 2


def test_an_order_that_was_given_up_keeps_nobody_waiting(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_STARTS", 0)
    given_up, *_ = yard.waiting(2)
    names = [given_up, *(f"{given_up}-{attempt}" for attempt in range(2, MOST_ATTEMPTS + 1))]
    yard.states.executions |= dict.fromkeys(names, "FAILED")

    yard.round()

    assert [case.kind for case in yard.cases.of_subject(given_up)] == ["WORKFLOW_BROKEN"]


def test_a_round_that_is_cut_short_says_so_and_the_next_goes_on(yard: Yard) -> None:
    ids = yard.waiting(100)
    while yard.round() and int(yard.now.timestamp()) // 60 % 5 != 1:
        continue  # until the waiting orders begin the next round
    yard.dies(*ids)

    cut = yard.round(yard.another(hurry=after(20)))
    rest = yard.round()

    assert cut.cut_short
    assert 0 < len(cut.restarted) < 20
    assert not rest.cut_short
    assert sorted([*cut.restarted, *rest.restarted]) == sorted(ids)


def test_a_round_that_had_the_time_says_nothing_of_it(yard: Yard) -> None:
    yard.waiting(10)

    assert not yard.round().cut_short


@pytest.mark.parametrize(("everything", "rounds"), [(False, 6 * 12), (True, 4 * 12)])
def test_in_the_shortest_of_rounds_every_list_is_the_first_in_its_turn(
    yard: Yard, everything: bool, rounds: int
) -> None:
    by_status, list_executions = yard.orders.by_status, yard.states.list_executions
    overdue = yard.cases.overdue
    read: list[str] = []

    def orders_read(channel: str, status: str, **page: Any) -> Any:
        read.append(f"{channel}#{status}")
        return by_status(channel, status, **page)

    def executions_read(**request: Any) -> Any:
        read.append(request["statusFilter"])
        return list_executions(**request)

    def exceptions_read(owner: str, **page: Any) -> list[str]:
        read.append(owner)
        return overdue(owner, **page)

    yard.orders.by_status = orders_read  # type: ignore[method-assign]
    yard.cases.overdue = exceptions_read  # type: ignore[method-assign]
    yard.states.list_executions = executions_read  # type: ignore[method-assign]

    for _ in range(rounds):
        yard.round(yard.another(hurry=after(1)), everything=everything)

    assert len(read) == rounds
    assert set(read) == {
        *(f"{channel}#{status}" for channel in CHANNELS for status in ACTIVE_STATUSES),
        *BROKEN,
        "RUNNING",
        "support",
        "engineering",
    }


@pytest.mark.parametrize("time", [30, 60])
def test_however_short_the_time_everything_comes_first_in_its_turn(yard: Yard, time: int) -> None:
    """New orders, waiting orders, broken workflows and lost wake-ups: none starves for the sake of another."""
    for status in ("RECEIVED", "ON_HOLD", "RELEASED"):
        yard.waiting(60, status=status, prefix=status)
    lost = [yard.waiting(1, status=status, prefix=f"lost-{status}")[0] for status in ("RECEIVED", "ON_HOLD")]
    yard.dies(*lost)
    broken = yard.called_off("old")
    yard.settled(60, "ABORTED")
    shipped = yard.shipped_unnoticed()

    rounds = [yard.round(yard.another(hurry=after(time))) for _ in range(120)]

    assert all(each.cut_short for each in rounds)
    assert sorted(flat(each.restarted for each in rounds)) == sorted([*lost, broken])
    assert flat(each.woken for each in rounds) == [shipped]


def test_an_order_that_cannot_be_read_is_named_and_keeps_nobody_waiting(
    yard: Yard, small: None, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = yard.waiting(6)
    yard.dies(*ids)
    yard.cannot_load(ids[0], KeyError("stage"))

    rounds = [yard.round() for _ in range(2)]

    assert sorted(flat(each.restarted for each in rounds)) == sorted(ids[1:])
    assert set(flat(each.failed for each in rounds)) == {ids[0]}
    assert '"error": "KeyError"' in capsys.readouterr().out


def test_what_passes_by_itself_is_no_reason_to_wake_anybody(yard: Yard) -> None:
    ids = yard.waiting(2)
    yard.dies(*ids)
    yard.cannot_load(ids[0], WriteConflict("somebody was faster"))

    assert yard.round().failed == ()


def test_an_exception_that_cannot_be_read_is_no_silent_end_of_its_order(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, order = yard.called_off("1"), yard.called_off("2")

    def of_subject(subject: str, **_: Any) -> list[Case]:
        if subject == order:
            raise KeyError("detail")
        return []

    monkeypatch.setattr(yard.cases, "of_subject", of_subject)

    round_ = yard.round()

    assert (round_.restarted, round_.failed) == ((other,), (order,))


def test_a_row_that_cannot_be_read_is_named_and_hides_no_other_of_its_list(yard: Yard) -> None:
    order, *_ = yard.waiting(2)
    yard.dies(order)
    yard.orders.unreadable = [Unreadable("ORDER#ord_x", "ORDER", KeyError("lines"))]

    round_ = yard.round()

    assert round_.restarted == (order,)
    assert round_.failed == ("ORDER#ord_x/ORDER",)


def test_a_list_that_cannot_be_read_is_named_and_the_others_go_on(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    order, *_ = yard.waiting(2)
    yard.dies(order)
    broken = yard.called_off("1")
    listed = yard.states.list_executions

    def throttled(**request: Any) -> Any:
        if request["statusFilter"] == "RUNNING":
            raise Throttled("slow down")
        return listed(**request)

    yard.states.list_executions = throttled  # type: ignore[method-assign]

    watched = yard.round()

    assert sorted(watched.restarted) == sorted([order, broken])
    assert watched.failed == ("RUNNING",)
    assert '"code": "throttled"' in capsys.readouterr().out


def test_everything_is_looked_at_at_once_where_a_person_asks_for_it(yard: Yard) -> None:
    waiting = yard.waiting(5001)
    received = yard.waiting(5001, status="RECEIVED", prefix="r")
    yard.dies(waiting[-1], received[-1])
    broken = yard.called_off("old")
    yard.settled(400, "ABORTED")
    shipped = yard.shipped_unnoticed()
    yard.bookmarks.places["web#RELEASED"] = f"{stamp(START)}#{ORDER}"
    before = dict(yard.bookmarks.places)

    watched = yard.round(everything=True)

    assert sorted(watched.restarted) == sorted([waiting[-1], received[-1], broken])
    assert watched.woken == (shipped,)
    assert (watched.looked_at, watched.cut_short) == (10002, False)
    assert yard.bookmarks.places == before


def test_everything_goes_no_further_than_the_time_and_says_so(yard: Yard) -> None:
    yard.waiting(5001)

    watched = yard.round(yard.another(hurry=after(3000)), everything=True)

    assert watched.cut_short
    assert watched.looked_at < 3000


def test_where_no_start_is_left_everything_still_wakes_the_others(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_STARTS", 1)
    dead = yard.waiting(3)
    yard.dies(*dead)
    released(yard.orders, a_snapshot(placed_at=stamp(later(60))))
    order = replace(yard.orders.orders[ORDER], cancel_requested=True)
    yard.orders.orders[ORDER] = order
    yard.orders.keep_token(ORDER, "token", "")
    yard.states.waiting.add("token")
    yard.states.executions[ORDER] = "RUNNING"

    watched = yard.round(everything=True)

    assert (len(watched.restarted), watched.woken) == (1, (ORDER,))


def test_the_clock_of_a_round_is_read_where_there_is_something_left_to_do(yard: Yard) -> None:
    """Also an empty shop has its lists read: the clock is asked before each of them."""
    asked = count()

    yard.round(yard.another(hurry=lambda: next(asked) < 0))

    assert next(asked) == 2 + 3 + 12 + 3 + 1 + 2
