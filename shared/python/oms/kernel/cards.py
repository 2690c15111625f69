"""Card numbers never enter. This is the guard that sees one when somebody tries."""

_SHORTEST, _LONGEST = 12, 19


def is_card_number(text: str) -> bool:
    """Whether `text` is digits of a card number's length that pass the Luhn check (ISO/IEC 7812-1)."""
    if not (text.isascii() and text.isdigit() and _SHORTEST <= len(text) <= _LONGEST):
        return False
    from_the_right = [int(digit) for digit in reversed(text)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in from_the_right[1::2]]
    return (sum(from_the_right[::2]) + sum(doubled)) % 10 == 0
