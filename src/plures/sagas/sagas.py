"""`Sagas`: what a service begins its sagas with."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from plures.contract import Malformed, TooDeep, canonical
from plures.data import commit_held
from plures.errors import InvalidRequest, Outcome, Unavailable
from plures.runtime import Reply, acting_text, connect, kept_request, new_request_id

from .declaring import SAGA, Definition, Saga
from .errors import NO_STEP, RunInWrite, SagaCompensated, SagaIdReused, SagaNotBegun, SagaParked, SagaUnknown, StepUnfit
from .keeping import ENDED, Instance, Journal, State
from .run import under_way
from .worker import Worker

P = ParamSpec("P")
T = TypeVar("T")

_FIRST_LOOK_S: Final = 0.02
_LAST_LOOK_S: Final = 0.5
MOST_IN_ID: Final = 255


class Sagas:
    """Begins the sagas of one capability. Ask for it in the constructor, beside the `Database`."""

    def __init__(self, capability: str, journal: Journal, worker: Worker, definitions: dict[str, Definition]) -> None:
        """Prepare; the host does.

        Args:
            definitions: By the names of their methods.
        """
        self._capability = capability
        self._journal = journal
        self._worker = worker
        self._definitions = definitions

    async def start(
        self,
        saga: Callable[Concatenate[Saga, P], Awaitable[object]],
        id: str,  # noqa: A002 - as everywhere
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> bool:
        """Begin a saga, and do not wait for it. Inside of a `write()` it begins when that commits, or never.

        Args:
            saga: The method of the service.
            id: Names this one for 14 days after its end; also the key of the commands that its steps call.

        Returns:
            Whether it begins. With the id of one that has begun, nothing changes; that one may have ended long ago.

        Raises:
            SagaIdReused: The id belongs to one with other values.
        """
        definition, instance = self._new(saga, id, args, kwargs)
        return await self._begin(definition, instance, alone=False)

    async def run(
        self,
        saga: Callable[Concatenate[Saga, P], Awaitable[T]],
        id: str,  # noqa: A002
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Begin a saga, and wait for its answer. With the id of one that has begun, wait for that one.

        Where the caller's deadline passes, or it is cancelled, the saga goes on.

        Raises:
            ContractError: The saga ended with an error that it declares, and what it had done is taken back.
            SagaCompensated: The same, with another error.
            SagaParked: It waits for a person.
            SagaIdReused: The id belongs to one with other values.
            RunInWrite: The task is inside of a `write()`.
        """
        definition, instance = self._new(saga, id, args, kwargs)
        if self._journal.is_in_write:
            raise RunInWrite(self._capability, definition.name)
        # The saga may write too, and must not wait for what the running command holds back.
        await commit_held()
        await self._begin(definition, instance, alone=True)
        return cast("T", self._answer(definition, await self._end_of(definition.name, id)))

    async def state(self, saga: Callable[..., Awaitable[object]], id: str) -> State | None:  # noqa: A002
        """What has become of the saga with this id; None where none has begun."""
        found = await self._journal.find(self._known(saga).name, id)
        return None if found is None else found.state

    async def result(self, saga: Callable[Concatenate[Saga, P], Awaitable[T]], id: str) -> T:  # noqa: A002
        """The answer of a saga that has begun: waits for its end, and raises as `run`.

        Raises:
            SagaNotBegun: There is none with this id.
        """
        definition = self._known(saga)
        return cast("T", self._answer(definition, await self._end_of(definition.name, id)))

    async def forget(self, saga: Callable[..., Awaitable[object]], id: str) -> bool:  # noqa: A002
        """Forget a saga that was taken back, so that one with this id may begin anew; False where there is no such saga.

        Those whose commands it called remember its key, and what they answered.
        """
        return await self._journal.forget(self._known(saga).name, id)

    def definition_of(self, saga: Callable[..., Any]) -> Definition | None:
        """The saga that a method is; None where it is none of the capability's."""
        return self._definitions.get(getattr(saga, "__name__", "")) if hasattr(saga, SAGA) else None

    def _new(
        self,
        saga: Callable[..., Any],
        id: str,  # noqa: A002
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> tuple[Definition, Instance]:
        definition = self._known(saga)
        operation = definition.operation
        request = operation.request_of(*args, **kwargs)
        try:
            body = operation.request.encode(request).decode()
        except (Malformed, TooDeep) as error:
            raise InvalidRequest(operation.full_name, str(error), outcome=Outcome.NOT_SENT) from None
        if not 0 < len(id) <= MOST_IN_ID or "\0" in id:
            why = f"the id has {len(id)} characters; it may have 1 to {MOST_IN_ID}, and none of them U+0000"
            raise InvalidRequest(operation.full_name, why, outcome=Outcome.NOT_SENT)
        now = self._journal.now()
        # Where too many are at work here, it is due from the beginning, for any replica.
        is_here = self._worker.hands.may_begin()
        limit_s = definition.declaration.deadline_s
        return definition, Instance(
            definition.name,
            id,
            definition.version,
            body,
            kept_request() or new_request_id(),
            now,
            now,
            deadline_at=0 if limit_s is None else now + int(limit_s * 1000),
            due_at=0 if is_here else now,
            worker=self._journal.worker if is_here else "",
            context=acting_text(self._journal.context),
        )

    def _known(self, saga: Callable[..., Any]) -> Definition:
        definition = self.definition_of(saga)
        if definition is None:
            raise SagaUnknown(self._capability, getattr(saga, "__qualname__", repr(saga)))
        return definition

    async def _begin(self, definition: Definition, instance: Instance, *, alone: bool) -> bool:
        if not self._journal.is_in_write:
            await self._journal.show_alive()
        begin = partial(self._worker.begin, instance, is_new=True) if instance.worker else self._worker.wake
        try:
            if await self._note(instance, begin, alone=alone):
                return True
        except BaseException:
            # The server may have committed it.
            self._worker.doubt()
            raise
        known = await self._journal.find(instance.saga, instance.id)
        if known is not None and not _is_same(definition, known.body, instance.body):
            raise SagaIdReused(f"{self._capability}.{definition.name}", instance.id)
        return False

    async def _note(self, instance: Instance, begin: Callable[[], None], *, alone: bool) -> bool:
        """Whether it is new; then it runs."""
        with self._worker.spans.begun(instance) as span:
            if alone:
                is_new = await self._journal.begin_alone(instance)
                if is_new:
                    begin()
            else:
                async with self._journal.writing() as connection:
                    is_new = await self._journal.begin(connection, instance)
                    if is_new:
                        connection.after_commit = (*connection.after_commit, begin)
            if not is_new:
                # The one that has begun it has that id.
                span.id = 0
            return is_new

    async def _end_of(self, saga: str, id: str) -> Instance:  # noqa: A002
        """A saga that has ended, or is parked."""
        if under_way.get() == (saga, id):
            raise StepUnfit(f"{self._capability}.{saga}", "it would wait for itself", "Give a saga in it another id.")
        with self._worker.hands.waiting(under_way.get(), (saga, id)), self._worker.spans.waiting(saga, id):
            look_s = _FIRST_LOOK_S
            while True:
                task = self._worker.in_hand(saga, id)
                found = await self._result_of(task) if task is not None else await self._journal.find(saga, id)
                if found is not None and found.state in (*ENDED, State.PARKED):
                    return found
                if found is None and task is None:
                    raise SagaNotBegun(f"{self._capability}.{saga}", id)
                await asyncio.sleep(look_s)
                look_s = min(2 * look_s, _LAST_LOOK_S)

    async def _result_of(self, task: "asyncio.Task[Instance | None]") -> Instance | None:
        await asyncio.wait([task])
        if task.cancelled():
            name, why = f"the sagas of {self._capability}", "this replica stops; the saga goes on without it"
            raise Unavailable(name, why, outcome=Outcome.MAY_HAVE_RUN)
        return task.result()

    def _answer(self, definition: Definition, ended: Instance) -> Any:
        name = f"{self._capability}.{definition.name}"
        if ended.status and ended.state in ENDED:
            return connect.answer_of(definition.operation, Reply(ended.status, ended.answer.encode()))
        if ended.state is State.PARKED:
            raise SagaParked(name, ended.id, ended.step or NO_STEP, ended.error)
        raise SagaCompensated(name, ended.id, ended.failed_at or NO_STEP, ended.error)


def _is_same(definition: Definition, one: str, other: str) -> bool:
    """Whether sagas were begun with the same values, also where a version of the code knew fewer of them."""
    if one == other:
        return True
    codec = definition.operation.request
    try:
        return canonical(codec, codec.decode(one.encode())) == canonical(codec, codec.decode(other.encode()))
    except (Malformed, TooDeep):
        return False
