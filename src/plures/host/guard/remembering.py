"""Answers a command with a key that has been answered before as it was answered then, without running it.

Source: docs/adr/0019-remembered-commands.md
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec

from plures.contract import Codec, ContractError, Malformed, OperationDescription, TooDeep
from plures.data import Commands, Database, HoldingWork, KeyTaken, Remembered, Work
from plures.errors import CallError, InvalidRequest, Outcome
from plures.runtime import Refusal, Reply, answer_shape, bad_request, connect

from .repeating import attempted, repeated


class Remembering:
    """One operation that has a key."""

    def __init__(self, operation: OperationDescription, method: Callable[..., Any], database: Database) -> None:
        self._operation = operation
        self._method = method
        self._database = database
        self._commands = Commands(database)
        self._fits = answer_shape(operation)
        # Commands that run, by their keys.
        self._running: dict[str, asyncio.Event] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        """Call the operation."""
        # Outside of the coroutine: arguments that do not fit are a TypeError of the caller.
        request = self._operation.request_of(*args, **kwargs)
        key = getattr(request, self._operation.declaration.key)
        start = lambda: self._method(*args, **kwargs)  # noqa: E731 - it has no name of its own
        if not key:
            return repeated(self._operation, partial(Work, self._database), lambda work: attempted(work, start))
        return self._once(key, request, start)

    async def _once(self, key: str, request: Any, start: Callable[[], Awaitable[Any]]) -> Any:
        fingerprint = self._fingerprint(request)
        while (running := self._running.get(key)) is not None:
            await running.wait()
        ended = self._running[key] = asyncio.Event()
        try:
            known = await self._commands.find(self._operation.full_name, key)
            if known is None:
                try:
                    return await repeated(
                        self._operation,
                        partial(HoldingWork, self._database),
                        lambda work: self._first(work, key, fingerprint, start),
                    )
                except KeyTaken:
                    known = await self._commands.find(self._operation.full_name, key)
            return self._again(key, fingerprint, known)
        finally:
            del self._running[key]
            ended.set()

    def _again(self, key: str, fingerprint: str, known: Remembered | None) -> Any:
        """What was answered before."""
        name = self._operation.full_name
        if known is None or known.request != fingerprint:
            why = f"the key {key!r} belongs to another request, with other values"
            raise Refusal(InvalidRequest(name, why, outcome=Outcome.NOT_SENT))
        return connect.answer_of(self._operation, Reply(known.status, known.answer.encode()))

    async def _first(self, work: HoldingWork, key: str, fingerprint: str, start: Callable[[], Awaitable[Any]]) -> Any:
        """Run the operation, and remember what it answers together with what it changes."""
        with work.under_way():
            try:
                answer, error = await start(), None
            except ContractError as raised:
                answer, error = None, raised
            except BaseException:
                # What has left its `write()` is kept, as the operation was promised.
                await work.commit_held()
                raise
        reply = self._reply(answer, error)
        if reply is None:
            await work.commit_held()
        else:
            remembered = Remembered(fingerprint, reply.http_status, reply.body.decode())
            await work.end(
                self._database.write,
                lambda connection: Commands.keep(connection, self._operation.full_name, key, remembered),
            )
        if error is not None:
            raise error
        return answer

    def _reply(self, answer: Any, error: ContractError | None) -> Reply | None:
        """The answer as it would travel; None for one that breaks the contract, which is a bug to mend and not to remember."""
        operation = self._operation
        if error is not None:
            is_declared = any(type(error) is declared.python for declared in operation.errors)
            if not is_declared or connect.error_that_crosses(error, operation) is not error:
                return None
            return connect.error_reply(error, operation)
        if not self._fits(answer):
            return None
        try:
            return Reply(connect.OK, connect.encoded_answer(operation, answer, Codec.encode))
        except CallError:
            return None

    def _fingerprint(self, request: Any) -> str:
        """Tells requests apart. Fields at their defaults do not count: a later version of the contract may add such."""
        codec = self._operation.request
        try:
            told: dict[str, msgspec.Raw] = msgspec.json.decode(codec.encode(request), type=dict[str, msgspec.Raw])
        except (Malformed, TooDeep) as error:
            raise Refusal(bad_request(error, self._operation)) from None
        for field in codec.message.fields:
            if field.default is not field.REQUIRED and getattr(request, field.name) == field.default:
                told.pop(field.wire_name, None)
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
