"""Answers operators about the sagas of the capabilities whose databases are open here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from plures.data import Database
from plures.errors import PluresError
from plures.runtime import request_of
from plures.sagas import Instance, Kind, State, operations

from .admin_contract import (
    NoSagasHere,
    NoSuchSaga,
    SagaAdmin,
    SagaCount,
    SagaDetails,
    SagaFilter,
    SagasChanged,
    SagaState,
    SagaStep,
    SagaSummary,
)


class SagaDesk(msgspec.Struct, frozen=True):
    """Where the sagas of a capability are, how their worker is told of a change, and which versions it can bring on."""

    database: Database
    wake: Callable[[], None] = lambda: None
    kinds: Collection[Kind] = ()

    async def counts(self) -> Sequence[SagaCount]:
        """The versions of sagas of which some have not ended."""
        replicas = await operations.replicas(self.database, self.kinds)
        return [_count(each, replicas) for each in await operations.counts(self.database)]


async def sagas_counted(desks: Mapping[str, SagaDesk]) -> dict[str, list[object]]:
    """Capability → how many of its sagas have not ended, as plain data; without those whose database does not answer."""
    found: dict[str, list[object]] = {}
    for name, desk in desks.items():
        with suppress(PluresError, OSError):
            found[name] = [msgspec.to_builtins(each) for each in await desk.counts()]
    return found


class SagaAdminService(SagaAdmin):
    """Over the sagas of the capabilities that are here, by their names."""

    def __init__(self, desks: Mapping[str, SagaDesk]) -> None:
        self._desks = desks

    async def counts(self, capability: str) -> tuple[SagaCount, ...]:
        return tuple(await self._desk(capability).counts())

    async def names(self, capability: str) -> tuple[str, ...]:
        return tuple(await operations.names(self._desk(capability).database))

    async def sagas(self, capability: str, which: SagaFilter, limit: int = 100) -> tuple[SagaSummary, ...]:
        desk = self._desk(capability)
        replicas = await operations.replicas(desk.database, desk.kinds)
        found = await operations.listed(desk.database, _filter(which, operations.UNENDED), most=limit)
        return tuple(_summary(each, replicas) for each in found)

    async def show(
        self,
        capability: str,
        saga: str,
        id: str,  # noqa: A002
        *,
        with_context: bool = False,
    ) -> SagaDetails:
        desk = self._desk(capability)
        found = await operations.show(desk.database, saga, id)
        if found is None:
            raise NoSuchSaga(saga=saga, id=id)
        instance, steps = found
        return SagaDetails(
            _summary(instance, await operations.replicas(desk.database, desk.kinds)),
            request_of(instance.request_id),
            instance.body,
            instance.answer,
            instance.failed_at,
            tuple(map(_step, steps)),
            has_context=bool(instance.context),
            context=instance.context if with_context else "",
        )

    async def resume(self, capability: str, which: SagaFilter) -> SagasChanged:
        desk = self._desk(capability)
        changed = await operations.resume(desk.database, _filter(which, (State.PARKED,)))
        desk.wake()
        return SagasChanged(changed)

    async def compensate(self, capability: str, which: SagaFilter) -> SagasChanged:
        desk = self._desk(capability)
        changed, final = await operations.compensate(desk.database, _filter(which, (State.PARKED,)))
        desk.wake()
        return SagasChanged(changed, final)

    async def close(self, capability: str, which: SagaFilter) -> SagasChanged:
        return SagasChanged(await operations.close(self._desk(capability).database, _filter(which, (State.PARKED,))))

    def _desk(self, capability: str) -> SagaDesk:
        desk = self._desks.get(capability)
        if desk is None:
            raise NoSagasHere(capability=capability)
        return desk


def _filter(which: SagaFilter, states: tuple[State, ...]) -> operations.Filter:
    chosen = tuple(State(state.value) for state in which.states) or states
    return operations.Filter(which.saga, which.id, which.version, which.step, chosen)


def _count(count: operations.Count, replicas: Mapping[Kind, int]) -> SagaCount:
    return SagaCount(
        count.saga,
        count.version,
        running=count.states[State.RUNNING],
        compensating=count.states[State.COMPENSATING],
        parked=count.states[State.PARKED],
        oldest_at=_moment(count.oldest_at),
        replicas=replicas.get((count.saga, count.version), 0),
        still_since=_moment(count.still_at) if count.still_at else None,
    )


def _summary(instance: Instance, replicas: Mapping[Kind, int]) -> SagaSummary:
    waits = instance.state in (State.RUNNING, State.COMPENSATING) and not instance.worker and instance.due_at
    return SagaSummary(
        instance.saga,
        instance.id,
        instance.version,
        SagaState(instance.state.value),
        SagaState(instance.was.value),
        instance.step,
        instance.attempts,
        instance.error,
        instance.is_final,
        started_at=_moment(instance.started_at),
        changed_at=_moment(instance.changed_at),
        due_at=_moment(instance.due_at) if waits else None,
        deadline_at=_moment(instance.deadline_at) if instance.deadline_at else None,
        replicas=replicas.get((instance.saga, instance.version), 0),
    )


def _step(taken: operations.Taken) -> SagaStep:
    record = taken.record
    has_failed = record.status != HTTPStatus.OK
    return SagaStep(record.number, record.name, record.is_undo, has_failed, record.answer, _moment(taken.ended_at))


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
