"""`Events` for the test of a service: remembers what was published, and tells no subscriber."""

from typing import Any

from plures.contract import Event, read_contract
from plures.data import Connection, Database
from plures.events import Events, Record


class RecordedEvents(Events):
    """Publishes as in production, so outside of a `write()` it raises; but only this object learns of it.

    Attributes:
        published: What was published by transactions that have committed, the oldest first.
    """

    def __init__(self, database: Database, contract: Any) -> None:
        """Prepare.

        Args:
            database: Of the service.
            contract: Its contract, which declares the events.
        """
        description, _ = read_contract(contract)
        super().__init__(description.capability, database, description.events)
        self.published: list[Event] = []

    async def write(self, connection: Connection, record: Record) -> None:
        """Write nothing."""

    def committed(self, event: Event) -> None:
        """Remember it."""
        self.published.append(event)
