"""Fraud screening in line: the order waits for the verdict, and a missing verdict holds it."""

from base64 import b64encode
from collections.abc import Mapping

from oms.contracts.screening import Verdict
from oms.contracts.snapshots import OrderSnapshot
from oms.kernel.errors import PartnerUnavailable
from oms.partners.accertify._decision import VOCABULARY, Disposition, parse_decision
from oms.partners.accertify._request import FieldMap, to_xml
from oms.partners.breaker import Breaker
from oms.partners.http import Http


class AccertifyScreening:
    """`base_url` is the client's own import URL; `user` and `password` are its Basic credentials."""

    def __init__(
        self,
        base_url: str,
        user: str,
        password: str,
        *,
        fields: FieldMap | None = None,
        vocabulary: Mapping[str, Disposition] = VOCABULARY,
        http: Http | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._http = http or Http(base_url)
        self._breaker = breaker or Breaker()
        self._fields = fields or FieldMap()
        self._vocabulary = vocabulary
        credentials = b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/xml; charset=utf-8",
        }

    def screen(self, order: OrderSnapshot) -> Verdict:
        """Accertify's recommendation; an unknown or missing one is REVIEW.

        Screening moves nothing and is keyed by the order id, so it may be repeated freely.
        Raises PartnerUnavailable when no trustworthy answer came, or the circuit is open
        (hold the order), and PartnerRejected when Accertify refuses our credentials.
        """
        document = to_xml(order, self._fields)
        with self._breaker:
            answer = self._http.send("POST", "", effect=False, headers=self._headers, content=document)
            if answer.status in (401, 403):
                raise answer.rejected("credentials refused")
            decision = parse_decision(answer.body, self._vocabulary)
            if decision.transaction_id != order.order_id:
                raise PartnerUnavailable("accertify: the answer is about another transaction")
        return decision.verdict

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()
