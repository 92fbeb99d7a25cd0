"""Answers a command with a key that has been answered before as it was answered then, without running it.

Source: docs/adr/0019-remembered-commands.md
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from plures.contract import ContractError, Malformed, OperationDescription, TooDeep, canonical
from plures.data import MOST_IN_KEY, Commands, Connection, Database, HoldingWork, Remembered, Work, WriteConflict
from plures.errors import CallError, InvalidRequest, KeyReused, Outcome, Status
from plures.runtime import Refusal, Reply, answer_shape, bad_request, connect, refuse_misfit

from .repeating import Attempts, attempted

_UNKEPT: Final = "\0"
"""PostgreSQL has no text with it."""


class Remembering:
    """One operation that has a key."""

    def __init__(self, operation: OperationDescription, method: Callable[..., Any], database: Database) -> None:
        self._operation = operation
        self._method = method
        self._database = database
        self._commands = Commands(database)
        self._attempts = Attempts(operation)
        self._key_at = [*operation.signature.parameters].index(operation.declaration.key)
        self._fits = answer_shape(operation)
        # Commands that run, by their keys.
        self._running: dict[str, asyncio.Event] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Awaitable[Any]:
        """Call the operation."""
        # Outside of the coroutine: arguments that do not fit are a TypeError of the caller.
        request, key = self._request(args, kwargs)
        start = lambda: self._method(*args, **kwargs)  # noqa: E731 - it has no name of its own
        if not key:
            return self._attempts.until_answered(partial(Work, self._database), lambda work: attempted(work, start))
        return self._once(key, request, start)

    def _request(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
        """The request, or None where the key is all that counts of it, and the key."""
        operation, declaration = self._operation, self._operation.declaration
        if declaration.key_is_all:
            return None, args[self._key_at] if len(args) > self._key_at else kwargs[declaration.key]
        request = operation.request_of(*args, **kwargs)
        return request, getattr(request, declaration.key)

    async def _once(self, key: str, request: Any, start: Callable[[], Awaitable[Any]]) -> Any:
        fingerprint = self._fingerprint(key, request)
        while (running := self._running.get(key)) is not None:
            await running.wait()
        ended = self._running[key] = asyncio.Event()
        try:
            return await self._attempts.until_answered(
                partial(HoldingWork, self._database), lambda work: self._attempt(work, key, fingerprint, start)
            )
        finally:
            del self._running[key]
            ended.set()

    async def _attempt(self, work: HoldingWork, key: str, fingerprint: str, start: Callable[[], Awaitable[Any]]) -> Any:
        """The answer of before, or else that of the method."""
        known = await self._commands.find(self._operation.full_name, key)
        if known is not None:
            return self._again(key, fingerprint, known)
        try:
            answer, error = await self._first(work, key, fingerprint, start)
        except Exception:
            # Another replica may have been first: then what it left made this one fail. Or the commit has happened unseen.
            known = await self._commands.find(self._operation.full_name, key)
            if known is None:
                raise
            return self._again(key, fingerprint, known)
        if error is not None:
            raise error
        return answer

    def _again(self, key: str, fingerprint: str, known: Remembered) -> Any:
        """What was answered before."""
        if known.request != fingerprint and not self._operation.declaration.key_is_all:
            why = f"the key {key!r} belongs to another request, with other values"
            raise Refusal(KeyReused(self._operation.full_name, why, outcome=Outcome.NOT_SENT))
        try:
            return connect.answer_of(self._operation, Reply(known.status, known.answer.encode()))
        except CallError as unreadable:
            # Another version of the contract wrote it.
            raise Refusal(unreadable) from None

    async def _first(
        self, work: HoldingWork, key: str, fingerprint: str, start: Callable[[], Awaitable[Any]]
    ) -> tuple[Any, ContractError | None]:
        """Run the operation, and remember what it answers together with what it changes. Without an answer it changes nothing."""
        with work.under_way():
            try:
                answer, error, reply = await self._run(start)
            except BaseException:
                await work.give_up()
                raise

        async def keep(connection: Connection) -> None:
            remembered = Remembered(fingerprint, reply.http_status, reply.body.decode())
            if not await Commands.keep(connection, self._operation.full_name, key, remembered):
                raise WriteConflict(self._operation.capability, "COMMIT", "another replica has answered this command")

        await work.end(self._database.write, keep)
        return answer, error

    async def _run(self, start: Callable[[], Awaitable[Any]]) -> tuple[Any, ContractError | None, Reply]:
        """The answer, or the declared error that is one, and how it travels. Raises what is not to be remembered."""
        operation = self._operation
        try:
            answer = await start()
        except ContractError as error:
            is_declared = any(type(error) is declared.python for declared in operation.errors)
            # One that is unavailable tells the caller to try again.
            if not is_declared or error.status is Status.UNAVAILABLE:
                raise
            if connect.error_that_crosses(error, operation) is not error:
                raise
            return None, error, connect.error_reply(error, operation)
        try:
            if not self._fits(answer):
                refuse_misfit(operation, answer)
            return answer, None, Reply(connect.OK, connect.encoded_answer(operation, answer, connect.plainly))
        except CallError as unfit:
            # In every placement: what cannot travel cannot be remembered.
            raise Refusal(unfit) from None

    def _fingerprint(self, key: str, request: Any) -> str:
        """Tells requests apart; raises `Refusal` for a request or a key that cannot be kept."""
        try:
            told = b"" if request is None else canonical(self._operation.request, request)
        except (Malformed, TooDeep) as error:
            raise Refusal(bad_request(error, self._operation)) from None
        if len(key) > MOST_IN_KEY or _UNKEPT in key:
            why = f"the key has {len(key)} characters; it may have {MOST_IN_KEY}, and none of them U+0000"
            raise Refusal(InvalidRequest(self._operation.full_name, why, outcome=Outcome.NOT_SENT))
        return hashlib.sha256(told).hexdigest()
