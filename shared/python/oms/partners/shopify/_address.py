"""A Shopify address in our own words. Texts are tidied, never cut: too long is refused later, by name."""

from typing import Any

from oms.partners.shopify._payload import ShopAddress


def ship_to(address: ShopAddress) -> dict[str, Any]:
    """Where the goods go. A company stands before the second line; a place without city has its province."""
    company = clean(address.company)
    name = clean(address.name) or company
    second = [company if company != name else "", clean(address.address2)]
    return {
        "name": name,
        "line1": clean(address.address1),
        "line2": ", ".join(part for part in second if part),
        "city": clean(address.city) or clean(address.province),
        "region": clean(address.province_code) or clean(address.province),
        "postal_code": clean(address.zip),
        "country": clean(address.country_code),
        "latitude": address.latitude,
        "longitude": address.longitude,
    }


def clean(text: str | None) -> str:
    """One line of printable characters with single blanks."""
    return " ".join("".join(one if one.isprintable() else " " for one in text or "").split())
