"""The form for an address."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from marketplace.profile.contract import Address, country_name
from marketplace.storefront.web import Entered, Filled, Reader


@dataclass(frozen=True)
class Country:
    """One country to choose: its two letters (ISO 3166-1) and its name."""

    code: str
    name: str


def choices(codes: Collection[str]) -> tuple[Country, ...]:
    """The countries in the order of their names."""
    countries = (Country(code, country_name(code)) for code in codes)
    return tuple(sorted(countries, key=lambda country: _alphabetical(country.name)))


def read_address(entered: Entered, countries: Collection[str]) -> Filled[Address]:
    """The address that the visitor typed in; ``countries`` are the codes to choose from."""
    read = Reader(entered)
    recipient = read.text("recipient", "The recipient's name", most=100)
    street = read.text("street", "The street", most=100)
    postal_code = read.text("postal_code", "The postal code", most=20)
    city = read.text("city", "The town or city", most=100)
    country = entered.get("country", "")
    if country not in countries:
        read.wrong["country"] = "Please choose one of the countries we send to."
    if read.wrong:
        return Filled(entered, read.wrong)
    return Filled(entered, value=Address(recipient, street, postal_code, city, country))


def address_as_entered(address: Address | None) -> Filled[Address]:
    """The form filled with the address that we know already."""
    if address is None:
        return Filled()
    return Filled(
        {
            "recipient": address.recipient,
            "street": address.street,
            "postal_code": address.postal_code,
            "city": address.city,
            "country": address.country,
        },
        value=address,
    )


def _alphabetical(name: str) -> str:
    """What to sort names by: Åland stands at A, Türkiye beside Turkmenistan."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
