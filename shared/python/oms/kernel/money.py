"""Money is an integer count of a currency's smallest unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

# ISO 4217 active currencies by number of decimal digits ("minor unit"), list one
# as of 2026-01. Every code that is not listed under 0, 3 or 4 has 2 digits.
_ZERO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_TWO_DIGITS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
    "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG "
    "SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST "
    "XCD XCG YER ZAR ZMW ZWG"
)
MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(_TWO_DIGITS.split(), 2),
    **dict.fromkeys(_ZERO_DIGITS.split(), 0),
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
}


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units (cents, pence, yen) of an ISO 4217 `currency`."""

    minor: int
    currency: str

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same_currency(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same_currency(other), self.currency)

    def __str__(self) -> str:
        digits = MINOR_DIGITS.get(self.currency, 2)
        sign, whole = ("-" if self.minor < 0 else ""), abs(self.minor)
        text = f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}" if digits else str(whole)
        return f"{sign}{text} {self.currency}"

    def _same_currency(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.minor


def share(total_minor: int, parts: int, start: int, stop: int) -> int:
    """The slice of `total_minor` that units `start`..`stop` of `parts` equal units carry.

    Slices that tile 0..parts add up to exactly `total_minor`, in whatever steps they are
    taken: a line shipped in three parcels is charged to the penny what it costs in one.
    """
    if not 0 <= start <= stop <= parts or parts == 0:
        raise ValueError(f"units {start}..{stop} of {parts} are not a slice")
    return total_minor * stop // parts - total_minor * start // parts


def apportion(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Spread `total_minor` over `weights` (largest remainder first, ties to the earlier one)."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("weights must add up to more than zero")
    floors = [total_minor * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_minor * weights[i] % whole), i))
    for index in by_remainder[: total_minor - sum(floors)]:
        floors[index] += 1
    return floors
