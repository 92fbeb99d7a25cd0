"""Tries one operation with requests that its contract allows, and with some that it does not."""

import asyncio
import json
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from hypothesis import reject

from plures.contract import ContractDescription, Malformed, OperationDescription, TooDeep
from plures.errors import Status

from .asking import Asker, UrlAsker
from .drawing import Shrinking, draw
from .examined import Examined
from .findings import Finding, Proof
from .generating import Generator, Outside, outside, respelled
from .heard import Heard
from .trial import Trial, Values

T = TypeVar("T")

_MOST_REFUSALS: Final = 150
_TRIES: Final = 3
"""A busy machine may miss a deadline once; an answer that comes too late each time breaks it."""
_WHAT: Final = {
    Status.INVALID_ARGUMENT.value: "it refuses a request that the contract allows",
    Status.INTERNAL.value: "it fails with an error that the contract does not declare",
    Status.UNIMPLEMENTED.value: "it is not implemented",
    Status.UNAVAILABLE.value: "it is unavailable, and the contract declares no error that says so",
    Status.UNAUTHENTICATED.value: "it does not let the test in: it asks for a token, or for whom the request is made",
    Status.PERMISSION_DENIED.value: "it does not let the test in",
}


@dataclass(frozen=True)
class Place:
    """What is asked.

    Attributes:
        asker: Sends requests as callers do.
        raw: Sends any JSON; None where nothing listens.
        is_ours: Whether Plures serves it, and says of a refused request that it did not run.
        may_command: Whether commands may be sent.
        loop: Where both send.
    """

    asker: Asker
    raw: UrlAsker | None
    is_ours: bool
    may_command: bool
    loop: asyncio.AbstractEventLoop

    def wait(self, work: Awaitable[T]) -> T:
        """The outcome of work on the loop; called in another thread, since Hypothesis waits."""

        async def done() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result()


class Examiner:
    """Tries the operations of one contract.

    Args:
        values: What requests may hold, those that were prepared included.
    """

    def __init__(self, contract: ContractDescription, trial: Trial, values: Values, place: Place, seed: int) -> None:
        self._contract = contract
        self._trial = trial
        self._values = values
        self._place = place
        self._seed = seed

    def examine(self, operation: OperationDescription, examples: int) -> Examined:
        """Try one operation, or only say whether it may be called where there are no examples. Waits, so that it has a thread of its own."""
        examined = Examined(operation.name, skipped=self._reason_to_skip(operation))
        if examined.skipped or not examples:
            return examined
        one = _One(self._contract.name, operation, self._trial, self._place, self._seed)
        codec = operation.request

        def body(values: dict[str, Any]) -> None:
            try:
                request = json.loads(codec.encode(codec.message.make(values)))
                codec.decode(json.dumps(request).encode())
            except (Malformed, TooDeep, ValueError, TypeError):
                reject()
            examined.requests += 1
            if one.breaks(request, examined.requests):
                raise Shrinking

        # A stream is long, and each request is one.
        count = max(1, examples // 5) if operation.streams else examples
        fields = Generator(self._values).fields(codec.message, operation.name)
        draw(fields, body, examples=count, seeded=self._seed, named=operation.full_name)
        if self._place.raw is not None:
            for each in islice(self._outside(operation), _MOST_REFUSALS):
                examined.refusals += 1
                one.must_refuse(each)
        examined.findings = list(one.found.values())
        return examined

    def _reason_to_skip(self, operation: OperationDescription) -> str:
        if operation.name in self._trial.never:
            return "its Trial says never"
        beside = operation.beside
        if beside is not None and beside.parameter:
            parameter = operation.signature.parameters[beside.parameter]
            if parameter.default is parameter.empty:
                return "it asks for headers, which are not drawn"
        if not operation.declaration.is_query and not self._place.may_command:
            return "it is a command, and --commands was not given"
        return ""

    def _outside(self, operation: OperationDescription) -> Sequence[Outside]:
        full: list[dict[str, Any]] = []
        codec = operation.request

        def body(values: dict[str, Any]) -> None:
            try:
                full.append(json.loads(codec.encode(codec.message.make(values))))
            except Exception:  # noqa: BLE001 - a check of the message's own may raise anything
                reject()

        fields = Generator(self._values, full=True).fields(codec.message, operation.name)
        draw(fields, body, examples=3, seeded=self._seed, named=operation.full_name)
        return list(outside(codec, full[-1]))


class _One:
    """The rules, for one operation."""

    def __init__(self, contract: str, operation: OperationDescription, trial: Trial, place: Place, seed: int) -> None:
        self._contract = contract
        self._operation = operation
        self._trial = trial
        self._place = place
        self._seed = seed
        self.found: dict[Proof, Finding] = {}

    def breaks(self, request: dict[str, Any], number: int) -> bool:
        """Ask once, and again where that changes nothing. Whether a rule is broken."""
        if Proof.IN_TIME in self.found:
            # Each further request would take as long as the deadline.
            return False
        declaration = self._operation.declaration
        is_repeatable = declaration.is_query or declaration.idempotent
        spelled = self._spelled(request)
        if not is_repeatable and spelled is not None and number % 4 == 0:
            return self._is_wrong(spelled, self._raw(spelled))
        heard = self._ask(request)
        if self._is_wrong(request, heard):
            return True
        if not is_repeatable or (declaration.is_query and self._operation.name in self._trial.varying):
            return False
        again = self._again(request, heard)
        if again is not None:
            what = f"asked again, it says something else than at first, which was {heard.shown}"
            return self._note(Proof.REPEATABLE, what, request, again)
        return spelled is not None and self._differs(spelled, request, heard)

    def must_refuse(self, each: Outside) -> None:
        """Send what the contract does not allow."""
        heard = self._raw(each.body)
        place = f"{each.where}: " if each.where else ""
        if heard.code != Status.INVALID_ARGUMENT.value or heard.declared:
            what = f"it does not refuse a request that the contract does not allow ({place}{each.how})"
        elif self._place.is_ours and not heard.never_ran:
            what = f"it ran with a request that the contract does not allow ({place}{each.how})"
        else:
            return
        self._note(Proof.REFUSES, what, each.body, heard)

    def _spelled(self, request: dict[str, Any]) -> dict[str, Any] | None:
        # Only the client can say on whose behalf it asks.
        if self._place.raw is None or self._trial.on_behalf is not None:
            return None
        made: dict[str, Any] = respelled(self._operation.request.message, request)
        return made

    def _differs(self, spelled: dict[str, Any], request: dict[str, Any], heard: Heard) -> bool:
        other = self._raw(spelled)
        if other.what == heard.what or self._may_repeat_with(other):
            return False
        # What it knows may have changed meanwhile.
        if self._ask(request).what == other.what or self._raw(spelled).what == heard.what:
            return False
        what = f"written in another way, the request is answered otherwise than {heard.shown}"
        return self._note(Proof.ANY_SPELLING, what, spelled, other)

    def _again(self, request: dict[str, Any], heard: Heard) -> Heard | None:
        """What it says when it is asked again, where that never is what it said before; None where it is."""
        again = heard
        # What a query tells may change meanwhile; a command that ran may not run again.
        for _ in range(_TRIES if self._operation.declaration.is_query else 1):
            before, again = again, self._ask(request)
            if again.what == before.what or self._may_repeat_with(again):
                return None
        return again

    def _may_repeat_with(self, heard: Heard) -> bool:
        allowed = self._trial.repeated.get(self._operation.name, ())
        kinds = allowed if isinstance(allowed, Sequence) else (allowed,)
        return any(each.name == heard.declared and each.python in kinds for each in self._operation.errors)

    def _is_wrong(self, request: dict[str, Any], heard: Heard) -> bool:
        for _ in range(_TRIES - 1):
            if heard.code != Status.DEADLINE_EXCEEDED.value:
                break
            heard = self._ask(request)
        if heard.is_fine:
            return False
        if heard.code == Status.DEADLINE_EXCEEDED.value and not heard.declared:
            what = f"it does not answer within {self._operation.declaration.deadline_s:g} s"
            return self._note(Proof.IN_TIME, what, request, heard)
        if heard.problems:
            return self._note(Proof.VALID, "; ".join(heard.problems), request, heard)
        what = _WHAT.get(heard.code, f"it fails with {heard.code}, which the contract does not declare")
        return self._note(Proof.ANSWERS, what, request, heard)

    def _note(self, proof: Proof, what: str, request: Any, heard: Heard) -> bool:
        finding = Finding(
            proof,
            self._contract,
            self._operation.full_name,
            self._operation.name,
            what,
            request,
            heard.shown,
            heard.log,
            self._seed,
        )
        known = self.found.get(proof)
        if known is None or finding.size <= known.size:
            self.found[proof] = finding
        return True

    def _ask(self, request: dict[str, Any]) -> Heard:
        return self._place.wait(self._place.asker.ask(self._operation, request))

    def _raw(self, request: Any) -> Heard:
        raw = self._place.raw
        assert raw is not None  # noqa: S101 - asked of by all callers
        return self._place.wait(raw.ask(self._operation, request))
