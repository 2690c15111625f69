"""Open, list, escalate and resolve exception items."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, count
from typing import TypedDict, Unpack

from oms.kernel.clock import stamp
from oms.kernel.errors import Owner, Trouble, WriteConflict
from oms.kernel.events import Actor, Event, Fact, record
from oms.support.application.ports import Cases
from oms.support.domain.exceptions import (
    Action,
    ActionNotOffered,
    Case,
    State,
    closed,
    escalate,
    open_case,
    resolve,
)


class Stop(TypedDict):
    """What `report` needs to know of a stop besides its key and what it carries."""

    subject: str
    channel: str
    kind: str
    detail: str
    cases: Cases
    now: datetime
    actor: Actor


_TRIES = 4
_QUEUE_LIMIT = 200


def report(
    *,
    subject: str,
    key: str,
    channel: str,
    kind: str,
    detail: str,
    cases: Cases,
    now: datetime,
    actor: Actor,
    token: str = "",
    turn: str = "",
    message: str = "",
) -> Case:
    """Open an exception item once; a repeated report finds it. Raises WriteConflict where a later wait has begun."""
    case, fact = open_case(
        subject=subject,
        key=key,
        channel=channel,
        kind=kind,
        detail=detail,
        now=now,
        token=token,
        turn=turn,
        message=message,
    )
    return cases.open(case, _event(case, fact, now=now, actor=actor, reason=detail))


def report_again(*, key: str, message: str, **stop: Unpack[Stop]) -> Case:
    """Report a message that failed; where it was sent again by a person and failed again, that is a new item."""
    for name in reports_of(key):
        case = report(key=name, message=message, **stop)
        if case.is_open or case.resolution != Action.RETRY.value:
            break
    return case


def left_to_people(subject: str, key: str, *, cases: Cases) -> bool:
    """Whether what `report_again` has reported is still with a person, or done with, and not sent again."""
    for name in reports_of(key):
        case = cases.load(f"{subject}.{name}")
        if case is None or case.is_open or case.resolution != Action.RETRY.value:
            break
    return case is not None


def reports_of(key: str) -> Iterator[str]:
    """What the items of one stop are called, from the first on, each opened where the one before had been sent again."""
    return chain((key,), (f"{key}-{time}" for time in count(2)))


def decide(
    case_id: str, action: Action, *, cases: Cases, now: datetime, actor: Actor, reason: str
) -> Case | ActionNotOffered | None:
    """A person's decision. None where the item does not exist."""

    def attempt() -> Case | ActionNotOffered | None:
        case = cases.load(case_id)
        if case is None:
            return None
        result = resolve(case, action, by=str(actor))
        if isinstance(result, ActionNotOffered):
            return result
        cases.save(result[0], _event(*result, now=now, actor=actor, reason=reason))
        return result[0]

    return _until_it_holds(attempt)


def close_all(
    subject: str,
    action: Action,
    *,
    cases: Cases,
    now: datetime,
    actor: Actor,
    reason: str,
    sparing: tuple[str, ...] = (),
    kind: str = "",
) -> list[Case]:
    """Close every open item an order's workflow waits with: the order was decided elsewhere.

    Items whose key begins with one of `sparing` stay open; where a `kind` is named, all of other kinds do.
    """
    waiting = [case for case in cases.of_subject(subject) if case.is_open and case.token]
    meant = [case for case in waiting if kind in ("", case.kind)]
    found = [case for case in meant if not case.case_id.removeprefix(f"{subject}.").startswith(sparing)]
    return [close(case, action, cases=cases, now=now, actor=actor, reason=reason) for case in found]


def close(case: Case, action: Action, *, cases: Cases, now: datetime, actor: Actor, reason: str) -> Case:
    """Close one item that is decided elsewhere. Raises WriteConflict where somebody was faster."""
    after, fact = closed(case, action, by=str(actor))
    cases.save(after, _event(after, fact, now=now, actor=actor, reason=reason))
    return after


def escalate_overdue(
    owner: Owner,
    *,
    cases: Cases,
    now: datetime,
    actor: Actor,
    hurry: Callable[[], bool],
    trouble: Trouble,
) -> list[str]:
    """Hand every open item of `owner` that is past its deadline to the engineers, until told to hurry; their ids.

    What goes wrong with the queue or an item is told to `trouble` with its name, and the others go on.
    """
    done: list[str] = []
    if hurry():
        return done
    try:
        listed = cases.overdue(owner, limit=_QUEUE_LIMIT, until=stamp(now))
    except Exception as error:
        trouble(f"{owner}#{State.OPEN.value}", error)
        return done
    for case_id in listed:
        if hurry():
            break
        try:
            if _escalated(case_id, cases=cases, now=now, actor=actor):
                done.append(case_id)
        except Exception as error:  # also of an item that cannot be read: no other may wait for it
            trouble(case_id, error)
    return done


def _escalated(case_id: str, *, cases: Cases, now: datetime, actor: Actor) -> bool:
    case = cases.load(case_id)  # the list is late: decide on the item
    if case is None or case.state is not State.OPEN or case.deadline > stamp(now):
        return False
    after, fact = escalate(case)
    try:
        cases.save(after, _event(after, fact, now=now, actor=actor, reason="past its deadline"))
    except WriteConflict:
        return False  # somebody has just dealt with it
    return True


def _event(case: Case, fact: Fact, *, now: datetime, actor: Actor, reason: str) -> Event:
    key = f"{case.case_id.removeprefix(case.subject + '.')}-{case.version}"
    return record(
        fact,
        context="support",
        subject=case.subject,
        key=key,
        channel=case.channel,
        now=now,
        actor=actor,
        reason=reason,
    )


def _until_it_holds(
    attempt: Callable[[], Case | ActionNotOffered | None],
) -> Case | ActionNotOffered | None:
    for _ in range(_TRIES - 1):
        try:
            return attempt()
        except WriteConflict:
            continue
    return attempt()
