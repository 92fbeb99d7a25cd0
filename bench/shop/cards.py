"""Payment cards that the test provider accepts: every buyer has one of their own, or fraud would soon suspect them all."""

from random import Random


def card_number(random: Random) -> str:
    """Sixteen digits with a right check digit (Luhn)."""
    digits = [4, *(random.randrange(10) for _ in range(14))]
    doubled = [2 * digit - 9 * (digit > 4) if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    return "".join(map(str, [*digits, -sum(doubled) % 10]))
