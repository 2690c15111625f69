"""How far a site is from where the goods go."""

from math import asin, cos, radians, sin, sqrt

from oms.sourcing.domain.question import Destination, Site

_EARTH_RADIUS_KM = 6_371  # IUGG mean radius, rounded
_SAME_REGION_KM = 150
_SAME_COUNTRY_KM = 750
_ELSEWHERE_KM = 5_000


def kilometres(site: Site, destination: Destination) -> int:
    """Great-circle distance in whole kilometres; a stand-in by country and region without coordinates.

    Whole kilometres, so that a difference nobody would notice leaves the choice to the priority.
    The stand-ins only rank: same region before same country before elsewhere.
    """
    known = _great_circle(site, destination)
    if known is not None:
        return known
    if site.country.casefold() != destination.country.casefold():
        return _ELSEWHERE_KM
    if site.region and site.region.casefold() == destination.region.casefold():
        return _SAME_REGION_KM
    return _SAME_COUNTRY_KM


def _great_circle(site: Site, destination: Destination) -> int | None:
    """Haversine formula. None unless both ends have coordinates."""
    ends = (site.latitude, site.longitude, destination.latitude, destination.longitude)
    if None in ends:
        return None
    lat1, lon1, lat2, lon2 = (radians(degrees) for degrees in ends if degrees is not None)
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord))))
