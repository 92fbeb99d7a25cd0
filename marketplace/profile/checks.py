"""Finds what cannot be right in a name or an address: all problems, not only the first one."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from marketplace.profile.contract import COUNTRY_NAMES, Address, country_name

_FIVE_DIGITS: Final = (re.compile(r"[0-9]{5}"), "12345")
_FOUR_DIGITS: Final = (re.compile(r"[0-9]{4}"), "1234")
# Only countries with a simple and certain format. We believe all other postal codes.
_POSTAL_CODES: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    **dict.fromkeys(("DE", "ES", "FI", "FR", "HR", "IT"), _FIVE_DIGITS),
    **dict.fromkeys(("AT", "BE", "BG", "CH", "DK", "HU", "LU", "NO", "SI"), _FOUR_DIGITS),
    "NL": (re.compile(r"[0-9]{4} ?[A-Z]{2}"), "1234 AB"),
    "PL": (re.compile(r"[0-9]{2}-[0-9]{3}"), "12-345"),
    "PT": (re.compile(r"[0-9]{4}-[0-9]{3}"), "1234-567"),
    "US": (re.compile(r"[0-9]{5}(-[0-9]{4})?"), "12345"),
}
# It is loose on purpose: only a message that arrives proves an e-mail address.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def tidy(address: Address) -> Address:
    """The address without blanks around its fields, country and postal code in capitals."""
    return Address(
        recipient=address.recipient.strip(),
        street=address.street.strip(),
        postal_code=address.postal_code.strip().upper(),
        city=address.city.strip(),
        country=address.country.strip().upper(),
    )


def address_problems(address: Address) -> tuple[str, ...]:
    """What is wrong with an address, a sentence for each field."""
    return tuple(_address_problems(address))


def person_problems(name: str, email: str) -> tuple[str, ...]:
    """What is wrong with a name and an e-mail address; both may be empty."""
    return tuple(_person_problems(name, email))


def _person_problems(name: str, email: str) -> Iterator[str]:
    if not name.isprintable():
        yield "The name contains characters that cannot be printed."
    if email and not _EMAIL.fullmatch(email):
        yield f"E-mail address {email!r} is not complete: it needs a name, an @ and a domain."


def _address_problems(address: Address) -> Iterator[str]:
    named = {
        "recipient": address.recipient,
        "street": address.street,
        "postal code": address.postal_code,
        "city": address.city,
    }
    for name, value in named.items():
        if not value:
            yield f"The {name} is missing."
        elif not value.isprintable():
            yield f"The {name} contains characters that cannot be printed."
    if address.country not in COUNTRY_NAMES:
        yield f"Country {address.country!r} does not exist; give its two letters, such as DE."
    elif address.postal_code and address.country in _POSTAL_CODES:
        pattern, example = _POSTAL_CODES[address.country]
        if not pattern.fullmatch(address.postal_code):
            yield f"Postal codes in {country_name(address.country)} look like {example}, not like {address.postal_code!r}."
