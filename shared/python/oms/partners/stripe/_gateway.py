"""Payment intents with manual capture, one intent per authorization.

Natural keys: an authorization and a refund carry `metadata[effect_key]`; a capture is
noted on its intent as `metadata[cap_<key>]`; a void is the intent's own state. The
Idempotency-Key header repeats the same key, but Stripe forgets it after a day: the
metadata is what a look-up trusts.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from oms.contracts.gateway import GatewayAnswer
from oms.kernel.errors import OutcomeUnknown
from oms.partners.http import Answer, Http
from oms.partners.stripe import _refusals, _translate

R = TypeVar("R")
API_VERSION = "2026-10-28.endive"
_PAGE = 100
_RECENT_PAGES = 3
_OTHER_UNITS = frozenset(("ISK", "UGX", "MGA", "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
"""Currencies whose amounts Stripe writes or rounds unlike ISO 4217.

Source: https://docs.stripe.com/currencies#special-cases and #three-decimal. Sending ISO minor
units of these would charge a hundredth or a hundredfold, so they are declined unsent.
"""


class StripeGateway:
    """The payment gateway. Amounts are ISO 4217 minor units; `key` is the effect key, at most 36 characters.

    Every method raises
    - PartnerUnavailable: nothing happened there, repeat with the same key;
    - OutcomeUnknown: it may have happened, ask the matching `find_` method;
    - PartnerRejected: Stripe calls the request wrong, which is our defect.
    Refusals of a card or an amount are answers with status DECLINED, never errors.
    """

    def __init__(self, base_url: str, api_key: str, *, http: Http | None = None) -> None:
        self._http = http or Http(base_url)
        self._headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": API_VERSION}

    def authorize(
        self, *, key: str, order_id: str, amount: int, currency: str, token: str, prepaid: bool
    ) -> GatewayAnswer:
        """Hold `amount` (AUTHORIZED), or take it at once where `prepaid` (CAPTURED).

        Otherwise DECLINED with the decline code, or ACTION_REQUIRED when the customer must confirm.
        """
        if currency in _OTHER_UNITS:
            return _refusals.refused("", "currency_not_supported")
        form = {
            "amount": str(amount),
            "currency": currency.lower(),
            "capture_method": "automatic" if prepaid else "manual",
            "confirm": "true",
            "payment_method": token,
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            "metadata[order_id]": order_id,
            "metadata[effect_key]": key,
        }
        if not prepaid:  # an order ships in parts: each shipment captures its own
            form["payment_method_options[card][request_multicapture]"] = "if_available"
        answer = self._post("/v1/payment_intents", key, form)
        if answer.status == 402:
            return answer.read(lambda _: _translate.declined(_refusals.error_of(answer)))
        if _refusals.is_about_the_order(answer):
            return _refusals.refused("", _refusals.code_of(answer))
        if _refusals.is_used_up(answer):
            return self._found(answer, order_id, key)
        return self._accepted(answer, _translate.authorization)

    def forestall(self, *, key: str, order_id: str, amount: int, currency: str) -> GatewayAnswer:
        """Use up the key of an authorization that nobody wants any more. VOIDED, or what became of it before.

        An intent that has no card and is never confirmed takes the Idempotency-Key: under a key, Stripe refuses
        every request that differs from the first (https://docs.stripe.com/api/idempotent_requests).
        """
        if currency in _OTHER_UNITS:
            return _refusals.nothing_held()
        form = {
            "amount": str(amount),
            "currency": currency.lower(),
            "metadata[order_id]": order_id,
            "metadata[effect_key]": key,
            f"metadata[{_translate.FORESTALLED}]": "true",
        }
        answer = self._post("/v1/payment_intents", key, form)
        if _refusals.is_used_up(answer):
            return self._found(answer, order_id, key)
        if _refusals.is_about_the_order(answer):  # so it is in the request that is on its way
            return _refusals.nothing_held()
        return self._accepted(answer, _translate.authorization)

    def find_authorization(self, *, order_id: str, key: str) -> GatewayAnswer | None:
        """What became of the authorization `key`, or None when Stripe has no trace of it.

        The newest intents are listed first: a listing is current, and a look-up mostly
        follows its request within seconds. Older ones are searched, and Stripe's search
        lags: normally under a minute, up to an hour in an outage
        (https://docs.stripe.com/search#data-freshness). None is therefore sure while
        fewer than 300 intents were made since the request, and only likely beyond. Act on
        None by repeating `authorize` with the same key, never with a new one, or by `forestall`.
        """
        for intent in self._candidates(order_id):
            if _translate.carries(intent, key):
                return _translate.authorization(intent)
        return None

    def capture(
        self, *, key: str, reference: str, amount: int, final: bool, shipment_id: str
    ) -> GatewayAnswer:
        """Take `amount` of the hold `reference` for one shipment; `final` releases the rest of the hold.

        CAPTURED, or DECLINED when the hold has expired, was released or is used up.
        An intent has room for 48 captures (Stripe keeps 50 metadata entries).
        """
        form = {
            "amount_to_capture": str(amount),
            f"metadata[{_translate.capture_note(key)}]": f"{amount} {shipment_id}",
        }
        if not final:
            form["final_capture"] = "false"
        answer = self._post(f"{_intent_path(reference)}/capture", key, form)
        if (
            answer.status in (400, 402)
            and (code := _refusals.code_of(answer)) in _refusals.NOTHING_LEFT_TO_CAPTURE
        ):
            # Perhaps it is this very capture, made so long ago that Stripe forgot the Idempotency-Key.
            return self.find_capture(reference=reference, key=key) or _refusals.refused(reference, code)
        if answer.status == 402:
            return _refusals.refused(reference, _refusals.code_of(answer))
        return self._accepted(answer, lambda intent: _required(_translate.capture(intent, key)))

    def find_capture(self, *, reference: str, key: str) -> GatewayAnswer | None:
        """The capture `key` of the hold `reference`; None is certain, the intent itself is read."""
        answer = self._get(_intent_path(reference))
        return self._accepted(answer, lambda intent: _translate.capture(intent, key))

    def void(self, *, key: str, reference: str) -> GatewayAnswer:
        """Release what was not captured. VOIDED also when it already was: repeating it is harmless.

        DECLINED when everything was captured: what is left is a refund.
        """
        answer = self._post(f"{_intent_path(reference)}/cancel", key, {})
        if answer.status == 400 and _refusals.code_of(answer) == _refusals.UNEXPECTED_STATE:
            answer = self._get(_intent_path(reference))
        return self._accepted(answer, _translate.void)

    def refund(self, *, key: str, reference: str, amount: int) -> GatewayAnswer:
        """Give back `amount` of what was captured on `reference`; the answer's reference is the refund's.

        REFUNDED means accepted; settlement follows. DECLINED when nothing is left or it is disputed.
        """
        form = {
            "payment_intent": reference,
            "amount": str(amount),
            "metadata[effect_key]": key,
        }
        answer = self._post("/v1/refunds", key, form)
        if answer.status == 400 and (code := _refusals.code_of(answer)) in _refusals.NOTHING_LEFT_TO_REFUND:
            return self.find_refund(reference=reference, key=key) or _refusals.refused(reference, code)
        return self._accepted(answer, _translate.refund)

    def find_refund(self, *, reference: str, key: str) -> GatewayAnswer | None:
        """The refund `key` of the payment `reference`; None is certain, the listing is complete and current."""
        for refund in self._listed("/v1/refunds", {"payment_intent": reference}):
            if _translate.carries(refund, key):
                return _translate.refund(refund)
        return None

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _found(self, refused: Answer, order_id: str, key: str) -> GatewayAnswer:
        """What stands under a used key. Its search may be late: then nobody knows."""
        found = self.find_authorization(order_id=order_id, key=key)
        if found is None:
            raise OutcomeUnknown(f"{refused.call}: its key is used, and nothing is found under it")
        return found

    def _candidates(self, order_id: str) -> Iterator[dict[str, Any]]:
        yield from self._listed("/v1/payment_intents", {}, pages=_RECENT_PAGES)
        query = {"query": f"metadata['order_id']:'{order_id}'", "limit": str(_PAGE)}
        yield from self._accepted(self._get("/v1/payment_intents/search", query), _page)

    def _listed(
        self, path: str, query: Mapping[str, str], *, pages: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Newest first, page by page, up to `pages`."""
        cursor: dict[str, str] = {}
        while pages is None or pages > 0:
            answer = self._get(path, {"limit": str(_PAGE), **query, **cursor})
            rows = self._accepted(answer, _page)
            yield from rows
            if not rows or not answer.json().get("has_more"):
                return
            cursor = {"starting_after": str(rows[-1]["id"])}
            pages = None if pages is None else pages - 1

    def _post(self, path: str, key: str, form: Mapping[str, str]) -> Answer:
        headers = {
            **self._headers,
            "Idempotency-Key": key,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = self._http.send("POST", path, effect=True, headers=headers, content=urlencode(form).encode())
        if answer.status == 409:  # another request with this key is still running
            raise OutcomeUnknown(f"{answer.call}: 409 {_refusals.code_of(answer)}")
        return answer

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return self._http.send("GET", path, effect=False, headers=self._headers, query=query)

    def _accepted(self, answer: Answer, translate: Callable[[dict[str, Any]], R]) -> R:
        if not answer.ok:
            raise answer.rejected(_refusals.code_of(answer))
        return answer.read(lambda _: translate(answer.json()))


def _intent_path(reference: str) -> str:
    return f"/v1/payment_intents/{quote(reference, safe='')}"


def _page(body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = body["data"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TypeError("data is not a list of objects")
    return rows


def _required(answer: GatewayAnswer | None) -> GatewayAnswer:
    if answer is None:
        raise ValueError("the intent does not note this capture")
    return answer
