"""Answers operators about the sagas of the capabilities whose databases are open here."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from plures.data import Database
from plures.errors import PluresError
from plures.sagas import Instance, State, operations

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


@dataclass(frozen=True)
class SagaDesk:
    """Where the sagas of a capability are, and how their worker is told of a change."""

    database: Database
    wake: Callable[[], None] = lambda: None


async def sagas_counted(desks: Mapping[str, SagaDesk]) -> dict[str, list[object]]:
    """Capability → how many of its sagas have not ended, as plain data; without those whose database does not answer."""
    found: dict[str, list[object]] = {}
    for name, desk in desks.items():
        with suppress(PluresError, OSError):
            found[name] = [msgspec.to_builtins(_count(each)) for each in await operations.counts(desk.database)]
    return found


class SagaAdminService(SagaAdmin):
    """Over the sagas of the capabilities that are here, by their names."""

    def __init__(self, desks: Mapping[str, SagaDesk]) -> None:
        self._desks = desks

    async def counts(self, capability: str) -> tuple[SagaCount, ...]:
        return tuple(map(_count, await operations.counts(self._desk(capability).database)))

    async def names(self, capability: str) -> tuple[str, ...]:
        return tuple(await operations.names(self._desk(capability).database))

    async def sagas(self, capability: str, which: SagaFilter, limit: int = 100) -> tuple[SagaSummary, ...]:
        found = await operations.listed(self._desk(capability).database, _filter(which, operations.UNENDED), most=limit)
        return tuple(map(_summary, found))

    async def show(self, capability: str, saga: str, id: str) -> SagaDetails:  # noqa: A002
        found = await operations.show(self._desk(capability).database, saga, id)
        if found is None:
            raise NoSuchSaga(saga=saga, id=id)
        instance, steps = found
        return SagaDetails(
            _summary(instance),
            instance.request_id,
            instance.body,
            instance.answer,
            instance.failed_at,
            tuple(map(_step, steps)),
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


def _count(count: operations.Count) -> SagaCount:
    return SagaCount(
        count.saga,
        count.version,
        running=count.states[State.RUNNING],
        compensating=count.states[State.COMPENSATING],
        parked=count.states[State.PARKED],
        oldest_at=_moment(count.oldest_at),
    )


def _summary(instance: Instance) -> SagaSummary:
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
    )


def _step(taken: operations.Taken) -> SagaStep:
    record = taken.record
    has_failed = record.status != HTTPStatus.OK
    return SagaStep(record.number, record.name, record.is_undo, has_failed, record.answer, _moment(taken.ended_at))


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
