"""The guard against card numbers in anything we keep, log or send."""

import re

_CANDIDATE = re.compile(r"(?<![0-9A-Za-z])[2-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])")


def card_numbers(text: str) -> list[str]:
    """Digit runs of 13 to 19 (spaces and hyphens allowed) that start like a card and pass the Luhn check."""
    found = (re.sub("[ -]", "", match) for match in _CANDIDATE.findall(text))
    return [number for number in found if _passes(number)]


def _passes(number: str) -> bool:
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
