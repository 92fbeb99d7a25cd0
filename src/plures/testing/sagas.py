"""`MemorySagas`: the sagas of one service with nothing kept, for tests, and where a capability runs without a database."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from math import inf
from time import time
from types import SimpleNamespace
from typing import Any, Final, cast

from plures.contract import read_message
from plures.data import Connection, Dialect
from plures.errors import InvalidInput
from plures.runtime import ContextKind
from plures.sagas import Definition, Instance, Journal, Pace, Record, Sagas, State, Worker, read_sagas

_PACE: Final = Pace(retry_first_s=0.001, retry_most_s=0.02, in_memory_s=inf, pause_s=0.001)


class MemorySagas(Sagas):
    """Give it to a service in place of the one of the host. A step of the service commits by itself; what
    failed is tried again within milliseconds; nothing outlives the process.

    Attributes:
        instances: All sagas that have begun here, as they are now, by name and id.
    """

    def __init__(self, capability: str = "memory", *, context: type[Any] | None = None) -> None:
        """Keep nothing.

        Args:
            context: What `Application(…, context=…)` names: then steps know on whose behalf their saga was begun.
        """
        journal = _MemoryJournal(capability)
        journal.context = None if context is None else _kind_of(context)
        known: dict[tuple[str, int], Definition] = {}
        super().__init__(capability, journal, Worker(capability, journal, known, pace=_PACE), {})
        self.instances = journal.instances
        self._by_version = known

    async def restart(self, service: object) -> None:
        """As after a crash: let go of the sagas that are under way, and run them again, from their beginning, on this service."""
        await self.stop()
        self._worker.serve(service)
        for instance in self.instances.values():
            if instance.state in (State.RUNNING, State.COMPENSATING):
                self._worker.begin(instance)

    async def stop(self) -> None:
        """Let go of the sagas that are under way; those that begin from now on run."""
        await self._worker.stop()
        self._worker.go_on()

    def definition_of(self, saga: Callable[..., Any]) -> Definition | None:
        """The first saga tells which service has them."""
        service: object = getattr(saga, "__self__", None)
        if not self._by_version and service is not None:
            definitions, violations = read_sagas(type(service))
            if violations:
                raise InvalidInput(type(service).__qualname__, violations)
            self._by_version.update({each.key: each for each in definitions})
            self._definitions.update({each.method: each for each in definitions})
            self._worker.serve(service)
        return super().definition_of(saga)


def _kind_of(context: type[Any]) -> ContextKind:
    codec, violations = read_message(context, "the request context")
    if codec is None:
        raise InvalidInput(context.__qualname__, violations)
    return ContextKind(context, codec)


class _MemoryJournal(Journal):
    """Keeps what a database would keep."""

    def __init__(self, capability: str) -> None:
        self.worker = capability
        self.instances: dict[tuple[str, str], Instance] = {}
        self._records: dict[tuple[str, str], list[Record]] = {}

    def now(self) -> int:
        return int(time() * 1000)

    @property
    def is_in_write(self) -> bool:
        return False

    @property
    def dialect(self) -> Dialect:
        return Dialect.SQLITE

    def may_act(self) -> bool:
        return True

    async def prepare(self) -> None: ...

    async def show_alive(self) -> None: ...

    async def retire(self) -> None: ...

    async def sweep(self) -> None: ...

    async def unended(self) -> Sequence[tuple[str, int]]:
        return []

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[Connection]:
        connection = cast("Connection", SimpleNamespace(after_commit=()))
        yield connection
        for call in connection.after_commit:
            call()

    async def begin(self, connection: Connection, instance: Instance) -> bool:  # noqa: ARG002 - there is no transaction
        return await self.begin_alone(instance)

    async def begin_alone(self, instance: Instance) -> bool:
        return self.instances.setdefault((instance.saga, instance.id), instance) is instance

    async def find(self, saga: str, id: str) -> Instance | None:  # noqa: A002
        return self.instances.get((saga, id))

    async def steps(self, instance: Instance) -> Sequence[Record]:
        return self._records.get((instance.saga, instance.id), [])

    async def change(
        self,
        before: Instance,  # noqa: ARG002
        after: Instance,
        records: Sequence[Record] = (),
        forgotten: Iterable[str] = (),
    ) -> None:
        key = after.saga, after.id
        self.instances[key] = after
        kept = [each for each in self._records.get(key, ()) if each.is_undo or each.number not in set(forgotten)]
        self._records[key] = [*kept, *records]

    async def together(self, work: Callable[[], Awaitable[Any]], noted: Callable[[Any], Any]) -> tuple[Any, bool]:
        answer = await work()
        noted(answer)
        return answer, False

    async def forget(self, saga: str, id: str) -> bool:  # noqa: A002
        found = self.instances.get((saga, id))
        if found is None or found.state is not State.COMPENSATED:
            return False
        del self.instances[saga, id]
        self._records.pop((saga, id), None)
        return True

    async def own(self) -> Mapping[tuple[str, str], State]:
        return {}

    async def take(self, known: object, most: int) -> Sequence[Instance]:  # noqa: ARG002
        return []
