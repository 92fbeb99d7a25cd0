"""Who a customer is and where they live, and the names of all countries."""

from typing import Annotated, Protocol

from marketplace.profile.countries import COUNTRY_NAMES, country_name
from plures import ContractError, Message, Meta, command, contract, query

__all__ = [
    "COUNTRY_NAMES",
    "Address",
    "AddressUnknown",
    "Customer",
    "Profile",
    "ProfileInvalid",
    "country_name",
]

Line = Annotated[str, Meta(min_length=1, max_length=100)]


class Address(Message):
    """Where a parcel goes; ``country`` is two letters (ISO 3166-1)."""

    recipient: Line
    street: Line
    postal_code: Annotated[str, Meta(min_length=1, max_length=20)]
    city: Line
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class Shopper(Message):
    """On whose behalf a request is made, and what they may do: the request context of the marketplace."""

    customer_id: str
    is_staff: bool = False

    def may_see_orders_of(self, customer_id: str) -> bool:
        # What is missing in a message is empty, and an empty id is no customer.
        return self.is_staff or (bool(self.customer_id) and self.customer_id == customer_id)


class Customer(Message):
    """What we know about a customer; everything but the id may be missing."""

    id: str
    name: str = ""
    email: str = ""
    address: Address | None = None


class ProfileInvalid(ContractError, status="invalid_argument"):
    """Some of the data cannot be right; ``problems`` has a sentence for each field in question."""

    problems: tuple[str, ...]


class AddressUnknown(ContractError, status="failed_precondition"):
    """The customer has not given an address yet."""

    customer_id: str


@contract("marketplace.profile.v1", owner="accounts")
class Profile(Protocol):
    """Keeps what customers tell about themselves; a new customer has an empty profile."""

    @query(deadline_s=0.5)
    async def get(self, customer_id: str) -> Customer: ...

    @query(deadline_s=0.5, errors=[AddressUnknown])
    async def address(self, customer_id: str) -> Address: ...

    @command(idempotent=True, deadline_s=1, errors=[ProfileInvalid])
    async def update(
        self,
        customer_id: str,
        name: Annotated[str, Meta(max_length=100)],
        email: Annotated[str, Meta(max_length=254)],
    ) -> Customer: ...

    @command(idempotent=True, deadline_s=1, errors=[ProfileInvalid])
    async def set_address(self, customer_id: str, address: Address) -> Customer: ...
