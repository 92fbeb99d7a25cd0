"""Profiles in memory: for tests, and to measure everything but storage."""

from marketplace.profile.contract import Address, Customer


class MemoryProfiles:
    def __init__(self) -> None:
        self._customers: dict[str, Customer] = {}

    async def get(self, customer_id: str) -> Customer:
        return self._customers.get(customer_id) or Customer(customer_id)

    async def set_person(self, customer_id: str, name: str, email: str) -> Customer:
        known = await self.get(customer_id)
        return self._keep(Customer(customer_id, name, email, known.address))

    async def set_address(self, customer_id: str, address: Address) -> Customer:
        known = await self.get(customer_id)
        return self._keep(Customer(customer_id, known.name, known.email, address))

    def _keep(self, customer: Customer) -> Customer:
        self._customers[customer.id] = customer
        return customer
