"""The form for an address."""

from collections.abc import Collection

from marketplace.profile.contract import Address

from .forms import Entered, Filled, Reader


def read_address(entered: Entered, countries: Collection[str]) -> Filled[Address]:
    """The address that was typed in; ``countries`` are the codes that can be chosen."""
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
    """The form filled with what is known already."""
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
