"""Accertify's answer, in the response to a screening and in the decision pushed later.

Source of the element names: the transaction-results document that public connectors read.
The words in it are configured per client, so they are a parameter here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from oms.contracts.screening import Verdict
from oms.kernel.errors import PartnerUnavailable

Disposition = Literal["ACCEPT", "REVIEW", "REJECT"]
VOCABULARY: Mapping[str, Disposition] = {"ACCEPT": "ACCEPT", "REVIEW": "REVIEW", "REJECT": "REJECT"}
"""Accertify's word in capitals → what it means here. A word that is not listed means REVIEW."""

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the transaction (our order id) it is about.

    A pushed decision may repeat or race the synchronous answer: drop duplicates by
    (transaction_id, verdict.reference, verdict.decision).
    """

    transaction_id: str
    verdict: Verdict


def parse_decision(xml: bytes, vocabulary: Mapping[str, Disposition] = VOCABULARY) -> Decision:
    """Read a transaction-results document; `action-type` (the analyst's word) wins over the recommendation.

    Raises PartnerUnavailable for an ERROR document, for anything else that is not
    transaction-results, and where the transaction id is missing: never an accept.
    """
    fields = _fields(xml)
    transaction = fields.get("transaction-id", "")
    if not transaction:
        raise PartnerUnavailable("accertify: a decision without transaction-id")
    word = fields.get("action-type") or fields.get("recommendation-code") or ""
    decision = vocabulary.get(word.upper(), "REVIEW")
    reason = (
        fields.get("rules-tripped", "") if word.upper() in vocabulary else f"unknown recommendation {word!r}"
    )
    verdict = Verdict(
        decision=decision,
        reference=fields.get("cross-reference", ""),
        score=_score(fields.get("total-score", "")),
        reason=reason[:_LONGEST_REASON],
    )
    return Decision(transaction, verdict)


def _fields(xml: bytes) -> dict[str, str]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise PartnerUnavailable(f"accertify: unreadable answer ({type(error).__name__})") from error
    if root.tag != "transaction-results":
        raise PartnerUnavailable(f"accertify: answered {str(root.tag)[:40]}")
    return {child.tag: (child.text or "").strip() for child in root}


def _score(text: str) -> int | None:
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() else None
