"""Tax by Avalara, with an estimate to fall back on, ready to use."""

from functools import cache

from oms.aws.inbox import Inbox
from oms.contracts.snapshots import Address
from oms.contracts.tax import TaxDocument, TaxQuote
from oms.inventory.domain.location import Location
from oms.kernel.errors import BrokenInvariant
from oms.partners.avalara import AvalaraTax, estimate
from oms.wiring.clients import table
from oms.wiring.inventory import locations
from oms.wiring.secrets import credentials
from oms.wiring.settings import required

_COMPANY = "DEFAULT"
"""The code AvaTax gives an account's first company."""


@cache
def tax() -> AvalaraTax:
    secret = credentials()
    return AvalaraTax(
        required("AVALARA_URL"),
        secret["avalara_account"],
        secret["avalara_licence"],
        secret.get("avalara_company", _COMPANY),
    )


@cache
def inbox() -> Inbox:
    return Inbox(table("PARTNERS_TABLE"), "commit_tax")


class Estimates:
    """The fallback for a tax engine that cannot be asked."""

    def quote(self, document: TaxDocument) -> TaxQuote:
        return estimate(document)


class Addresses:
    """Where a location's goods ship from."""

    def address(self, location: str) -> Address:
        """Raises BrokenInvariant for a location nobody registered."""
        if location not in _sites():
            _sites.cache_clear()  # registered since this worker last looked?
        found = _sites().get(location)
        if found is None:
            raise BrokenInvariant(f"no location {location}")
        return Address(
            name=found.name,
            line1=found.line1,
            city=found.city,
            postal_code=found.postal_code,
            country=found.country,
            line2=found.line2,
            region=found.region,
        )


@cache
def _sites() -> dict[str, Location]:
    return {each.code: each for each in locations().all()}
