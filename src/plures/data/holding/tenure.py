"""A store while a database uses it, and the time in which writes wait because it is about to use another one."""

import asyncio

from plures.data.store import Store


class Tenure:
    """A store, and the tasks that read or write in it.

    Attributes:
        users: A task is listed as often as it reads or writes.
        unused: Set while there are none.
    """

    __slots__ = ("store", "unused", "users")

    def __init__(self, store: Store) -> None:
        self.store = store
        self.users: list[asyncio.Task[object] | None] = []
        self.unused = asyncio.Event()
        self.unused.set()

    def enter(self, task: "asyncio.Task[object] | None") -> None:
        self.users.append(task)
        self.unused.clear()

    def leave(self, task: "asyncio.Task[object] | None") -> None:
        self.users.remove(task)
        if not self.users:
            self.unused.set()

    def cancel_users(self) -> None:
        for task in self.users:
            if task is not None:
                task.cancel()


class Hold:
    """Writes that begin wait until it is over.

    Attributes:
        still: Set when the writes have ended that had begun before.
        over: Set when writes may go on.
    """

    __slots__ = ("over", "still")

    def __init__(self) -> None:
        self.still = asyncio.Event()
        self.over = asyncio.Event()
