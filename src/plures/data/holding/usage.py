"""Who uses a database now: the tasks that read and write, and whether writes may begin."""

import asyncio

from plures.data.connection import Connection
from plures.data.errors import DatabaseClosed
from plures.data.store import Store
from plures.telemetry import spent_by

from .tenure import Hold, Tenure


class Usage:
    """What is under way on one database.

    Attributes:
        tenure: Of the store that is used now.
        hold: Writes wait that are about to begin; None while they may.
        spent: What the capability has taken, so far.
        writing: The tasks that write, with None until their transaction is open.
    """

    __slots__ = ("capability", "hold", "is_closed", "spent", "tenure", "writing")

    def __init__(self, capability: str, store: Store) -> None:
        self.capability = capability
        self.spent = spent_by(capability)
        self.tenure = Tenure(store)
        self.hold: Hold | None = None
        self.writing: dict[asyncio.Task[object] | None, Connection | None] = {}
        self.is_closed = False

    def enter(self, task: "asyncio.Task[object] | None") -> Tenure:
        """A task begins to read or write; it leaves the tenure in the end.

        Raises:
            DatabaseClosed: The capability has stopped.
        """
        if self.is_closed:
            raise DatabaseClosed(self.capability)
        self.tenure.enter(task)
        return self.tenure
