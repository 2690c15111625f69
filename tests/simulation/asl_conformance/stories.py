"""Stories for both machines, by what happens in them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from tests.simulation.asl.effects import Failed
from tests.simulation.asl_conformance.scripts import LATE, RAISES, Json, Story, Variant

PLAN: Final[Json] = {"boxes": [{"location": "LON", "lines": [[1, 2]]}], "why": "LON is nearest."}
TAX: Final[Json] = {"outcome": "QUOTED", "lines": [[1, 400]], "shipping": 0, "total": 400, "estimated": False}
HAPPY: Final[dict[str, Sequence[Any]]] = {
    "plan_fulfilment": [{"outcome": "PLANNED", "plan": PLAN}],
    "screen_order": [{"decision": "ACCEPT", "reason": ""}],
    "quote_tax": [TAX],
    "reserve_stock": [{"outcome": "RESERVED"}],
    "release_stock": [{"outcome": "RELEASED", "units": 0}],
    "authorize_payment": [{"outcome": "AUTHORIZED", "reason": ""}],
    "release_order": [{"outcome": "RELEASED"}],
    "hold_order": [{"outcome": "HELD"}],
    "cancel_lines": [{"outcome": "CANCELLED"}],
    "settle_cancellation": [{"outcome": "SETTLED", "voided": 0, "refunded": 0}],
    "await_fulfilment": [{"outcome": "SHIPPED"}],
    "await_resolution": [{"action": "CANCEL"}],
}
SHORT: Final[Json] = {"outcome": "SHORTAGE", "reason": "no_stock", "detail": "2 of SKU-1 are missing."}
REJECT: Final[Json] = {"decision": "REJECT", "reason": "stolen card"}
REVIEW: Final[Json] = {"decision": "REVIEW", "reason": "new address"}
REFUSED: Final[Json] = {"outcome": "REFUSED", "exclusions": [["SKU-1", "LON"], ["SKU-2", "LON"]]}
ELSEWHERE: Final[Json] = {"outcome": "REFUSED", "exclusions": [["SKU-1", "LEEDS"]]}
DECLINED: Final[Json] = {"outcome": "DECLINED", "reason": "insufficient funds"}
UNSETTLED: Final[Json] = {"outcome": "NOT_SETTLED", "detail": "The card is closed."}
CANCELLED: Final = Failed("CancellationRequested", "by the customer")


def assessing(run: str = "1-0", **answers: Sequence[Any]) -> Story:
    return Story("assess_order", {**HAPPY, **answers}, {"assessment": 1, "run": run})


def capturing(variant: Variant = "as it is", **answers: Sequence[Any]) -> Story:
    return Story("order_capture", {**HAPPY, **answers}, {"assessment": 1, "stops": 0}, variant)


def action(*names: str) -> list[Json]:
    return [{"action": name} for name in names]


ASSESSMENTS: Final[dict[str, Story]] = {
    "confirmed": assessing(),
    "prepaid": assessing(authorize_payment=[{"outcome": "CAPTURED", "reason": ""}]),
    "again": assessing("2-0"),
    "again and nothing is given back": assessing("1-1", release_stock=[RAISES]),
    "planned at the third attempt": assessing(plan_fulfilment=[RAISES, RAISES, *HAPPY["plan_fulfilment"]]),
    "never planned": assessing(plan_fulfilment=[RAISES]),
    "never planned and nothing is given back": assessing(plan_fulfilment=[RAISES], release_stock=[RAISES]),
    "a plan that says nothing": assessing(plan_fulfilment=[None]),
    "a plan that says what nobody knows": assessing(plan_fulfilment=[{"outcome": None, "detail": "x"}]),
    "released before": assessing(plan_fulfilment=[{"outcome": "RELEASED"}]),
    "called off meanwhile": assessing(plan_fulfilment=[{"outcome": "CANCELLATION_REQUESTED"}]),
    "shortage": assessing(plan_fulfilment=[SHORT]),
    "rejected": assessing(screen_order=[REJECT]),
    "review": assessing(screen_order=[REVIEW]),
    "review without a reason": assessing(screen_order=[{"decision": "REVIEW"}]),
    "nobody screens": assessing(screen_order=[RAISES]),
    "tax at the second go": assessing(quote_tax=[RAISES, RAISES, RAISES, RAISES, TAX]),
    "no tax": assessing(quote_tax=[RAISES]),
    "overtaken": assessing(reserve_stock=[{"outcome": "WITHDRAWN"}]),
    "refused once": assessing(reserve_stock=[REFUSED, {"outcome": "RESERVED"}]),
    "refused twice": assessing(reserve_stock=[REFUSED, ELSEWHERE, {"outcome": "RESERVED"}]),
    "refused three times": assessing(reserve_stock=[REFUSED]),
    "refused and then short": assessing(
        reserve_stock=[REFUSED], plan_fulfilment=[*HAPPY["plan_fulfilment"], SHORT]
    ),
    "never reserved": assessing(reserve_stock=[RAISES]),
    "declined": assessing(authorize_payment=[DECLINED]),
    "declined without a reason": assessing(authorize_payment=[{"outcome": "DECLINED"}]),
    "declined and nothing is given back": assessing(authorize_payment=[DECLINED], release_stock=[RAISES]),
    "never authorized": assessing(authorize_payment=[RAISES]),
}
CAPTURES: Final[dict[str, Story]] = {
    "all goes well": capturing(),
    "rejected and called off": capturing(screen_order=[REJECT]),
    "review, then accepted": capturing(screen_order=[REVIEW], await_resolution=action("ACCEPT")),
    "review, then called off": capturing(screen_order=[REVIEW]),
    "review, then dismissed": capturing(screen_order=[REVIEW], await_resolution=action("DISMISS")),
    "shortage three rounds": capturing(reserve_stock=[REFUSED], await_resolution=action("CANCEL")),
    "shortage, then assessed again": capturing(
        plan_fulfilment=[SHORT, *HAPPY["plan_fulfilment"]], await_resolution=action("RETRY")
    ),
    "declined twice": capturing(authorize_payment=[DECLINED], await_resolution=action("RETRY", "CANCEL")),
    "the assessment fails": capturing(plan_fulfilment=[RAISES], await_resolution=action("CANCEL")),
    "accepted though the assessment failed": capturing(
        reserve_stock=[{"outcome": "WITHDRAWN"}], await_resolution=action("ACCEPT", "CANCEL")
    ),
    "the assessment cannot be started": capturing("lost"),
    "never released, then released": capturing(
        release_order=[*[RAISES] * 5, {"outcome": "RELEASED"}], await_resolution=action("RETRY")
    ),
    "released at the second attempt, the first being late": capturing(
        "ReleaseOrder", release_order=[LATE, {"outcome": "RELEASED"}]
    ),
    "called off while it waits": capturing(await_fulfilment=[CANCELLED]),
    "told too early": capturing(await_fulfilment=[Failed("NotWaiting"), {"outcome": "SHIPPED"}]),
    "the wait's function stands still at first": capturing(
        await_fulfilment=[Failed("Sandbox.Timedout"), Failed("Lambda.Unknown"), {"outcome": "SHIPPED"}]
    ),
    "told too early, too often": capturing(
        await_fulfilment=[Failed("NotWaiting")], await_resolution=action("DISMISS")
    ),
    "the wait breaks, then goes on": capturing(
        await_fulfilment=[Failed("Lost", "x"), {"outcome": "SHIPPED"}], await_resolution=action("RETRY")
    ),
    "overdue": capturing("AwaitFulfilment", await_fulfilment=[LATE], await_resolution=action("DISMISS")),
    "nobody decides": capturing(
        "AwaitResolution", screen_order=[REVIEW], await_resolution=[LATE, {"action": "CANCEL"}]
    ),
    "nobody can be asked at first": capturing(
        screen_order=[REVIEW],
        await_resolution=[Failed("Lost"), {"outcome": "no action"}, {"action": "ACCEPT"}],
    ),
    "the hold is not recorded": capturing(
        screen_order=[REVIEW], hold_order=[RAISES], await_resolution=action("ACCEPT")
    ),
    "never called off, then called off": capturing(
        await_fulfilment=[CANCELLED], cancel_lines=[*[RAISES] * 5, None], await_resolution=action("RETRY")
    ),
    "stock is not given back at first": capturing(
        await_fulfilment=[CANCELLED], release_stock=[*[RAISES] * 5, None], await_resolution=action("RETRY")
    ),
    "never settled, then dismissed": capturing(
        screen_order=[REJECT], settle_cancellation=[RAISES], await_resolution=action("DISMISS")
    ),
    "a refund is refused, then paid": capturing(
        await_fulfilment=[CANCELLED],
        settle_cancellation=[UNSETTLED, *HAPPY["settle_cancellation"]],
        await_resolution=action("RETRY"),
    ),
}


def _by_order(stories: dict[str, Story]) -> dict[str, Story]:
    """By order id, which the functions are told."""
    return {
        (order_id := f"{story.workflow}-{number}"): replace(
            story, given={**story.given, "order_id": order_id}
        )
        for number, story in enumerate(stories.values(), start=1)
    }


BY_ORDER: Final = {**_by_order(ASSESSMENTS), **_by_order(CAPTURES)}
TITLES: Final = dict(zip(BY_ORDER, [*ASSESSMENTS, *CAPTURES], strict=True))
