"""The form for a customer's name and e-mail address."""

import re
from dataclasses import dataclass
from typing import Final

from marketplace.profile.contract import Customer
from marketplace.storefront.web import Entered, Filled, Reader

# It catches slips of the finger. Only a message can tell whether an address exists.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Person:
    """What a customer told us about themselves; both may be empty."""

    name: str
    email: str


def read_person(entered: Entered) -> Filled[Person]:
    """The name and the address that the visitor typed in."""
    read = Reader(entered)
    name = read.text("name", "The name", most=100, required=False)
    email = read.text("email", "The e-mail address", most=254, required=False)
    if email and "email" not in read.wrong and not _EMAIL.fullmatch(email):
        read.wrong["email"] = "An e-mail address looks like name@example.org."
    if read.wrong:
        return Filled(entered, read.wrong)
    return Filled(entered, value=Person(name, email))


def person_as_entered(customer: Customer) -> Filled[Person]:
    """The form filled with what we know already."""
    return Filled({"name": customer.name, "email": customer.email}, value=Person(customer.name, customer.email))
