"""Profiles: keeps what customers tell about themselves, and refuses what cannot be right."""

from typing import Protocol

from marketplace.profile.checks import address_problems, person_problems, tidy
from marketplace.profile.contract import Address, AddressUnknown, Customer, Profile, ProfileInvalid


class ProfileStore(Protocol):
    async def get(self, customer_id: str) -> Customer:
        """The profile of a customer; an empty one for a new customer."""
        ...

    async def set_person(self, customer_id: str, name: str, email: str) -> Customer: ...

    async def set_address(self, customer_id: str, address: Address) -> Customer: ...


class ProfileService(Profile):
    def __init__(self, store: ProfileStore) -> None:
        self._store = store

    async def get(self, customer_id: str) -> Customer:
        return await self._store.get(customer_id)

    async def address(self, customer_id: str) -> Address:
        customer = await self._store.get(customer_id)
        if customer.address is None:
            raise AddressUnknown(customer_id=customer_id)
        return customer.address

    async def update(self, customer_id: str, name: str, email: str) -> Customer:
        name, email = name.strip(), email.strip()
        _refuse(person_problems(name, email))
        return await self._store.set_person(customer_id, name, email)

    async def set_address(self, customer_id: str, address: Address) -> Customer:
        address = tidy(address)
        _refuse(address_problems(address))
        return await self._store.set_address(customer_id, address)


def _refuse(problems: tuple[str, ...]) -> None:
    if problems:
        raise ProfileInvalid(problems=problems)
