"""`check_contract`: tries all operations of a contract where it runs, or at an address."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from plures.contract import ContractDescription, OperationDescription, is_contract, read_contract
from plures.errors import InvalidInput, PluresError, did_you_mean
from plures.extras import require
from plures.pacts import Expectation, read_pacts
from plures.runtime import Client, bind
from plures.tls import Recognising

from .findings import ContractBroken
from .trial import Trial, Values

# It is younger than many a lock of an application, and only type checkers need it. What draws requests needs Hypothesis.
if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from .asking import UrlAsker
    from .examined import Examined
    from .examining import Place

T = TypeVar("T")


class Placed(Protocol):
    """A running application, as far as it is tested."""

    def client(self, contract: "TypeForm[T]") -> T:
        """A client of a capability."""
        ...

    def address_of(self, capability: str) -> tuple[str, str]:
        """Where a capability answers, and the token that lets a caller in; empty where nothing listens."""
        ...


class NoSuchOperation(PluresError):
    """A test names an operation that the contract does not have."""

    code = "testing.no_such_operation"

    def __init__(self, contract: str, name: str, known: Collection[str]) -> None:
        hint = did_you_mean(name, known) or f"It has {', '.join(known)}."
        super().__init__(f"Contract {contract} has no operation {name!r}", fix=hint)


@dataclass(frozen=True)
class Elsewhere:
    """What answers at an address, and was not started by the test.

    Attributes:
        token: What lets a caller in; empty where nothing is asked for.
        tls: How it is recognised; None where its host name counts.
    """

    url: str
    token: str = ""
    tls: Recognising | None = None


@dataclass(frozen=True)
class Effort:
    """How much is tried.

    Attributes:
        operations: Those to try; all where there are none.
        commands: Whether commands are sent; None: to what the test runs itself, and not elsewhere.
        expectations: What consumers' tests recorded; those of other contracts are passed over.
        is_generated: Whether requests are drawn too.
    """

    operations: Collection[str] = ()
    examples: int = 25
    seed: int = 0
    commands: bool | None = None
    expectations: Sequence[Expectation] = ()
    is_generated: bool = True


async def check_contract(
    where: Placed | str,
    contract: Any,
    *,
    trial: Trial | None = None,
    operations: Collection[str] = (),
    examples: int = 25,
    seed: int = 0,
    commands: bool | None = None,
    token: str = "",
    pacts: Path | None = None,
) -> None:
    """Hold a service to its contract: call each operation with requests that it allows, and with some that it does not.

    The same seed sends the same requests.

    Args:
        where: A running application, as `run` and the fixture of `placements` give; or the base URL of a service in any language.
        trial: What the contract does not say: values that exist, operations that must not be called.
        operations: Those to try; all when left out.
        examples: How many requests each operation gets; a stream gets a fifth of them.
        commands: Whether commands are sent. Left out: to an application that the test runs, yes; to a URL, no.
        token: What lets a caller in at a URL.
        pacts: A folder with pact files, whose expectations of this contract must come true as well.

    Raises:
        ContractBroken: It is not kept: an `AssertionError` that shows the smallest request for each rule and operation.
        PluresError: It could not be tried.
    """
    description = _read(contract)
    place = Elsewhere(where, token) if isinstance(where, str) else where
    effort = Effort(operations, examples, seed, commands, read_pacts(pacts) if pacts is not None else ())
    examined = await hold_to_contract(place, description, trial or Trial(contract), effort)
    findings = [finding for each in examined for finding in each.findings]
    if findings:
        raise ContractBroken(description.name, findings)


async def hold_to_contract(
    where: Placed | Elsewhere, description: ContractDescription, trial: Trial, effort: Effort
) -> "list[Examined]":
    """Try the operations of a contract, one after the other; raises `PluresError` where that cannot be."""
    require("testing", "test a contract", alone="hypothesis")
    from .asking import UrlAsker
    from .examining import Examiner
    from .expecting import Expecting

    if problems := trial.problems():
        raise InvalidInput(f"the trial of {description.name}", problems)
    chosen = [_operation(description, name) for name in effort.operations or description.operations]
    place = where if isinstance(where, Elsewhere) else Elsewhere(*where.address_of(description.capability))
    raw = UrlAsker(place.url, place.token, place.tls) if place.url else None
    try:
        clients, asked = _clients(where, raw), _place(where, description, raw, trial, effort)
        prepared = await trial.prepare(clients) if trial.prepare is not None else None
        values: Values = {**trial.values, **(prepared or {})}
        examiner = Examiner(description, trial, values, asked, effort.seed)
        expecting = Expecting(description, trial, asked.asker, clients)
        examined: list[Examined] = []
        for operation in chosen:
            examples = effort.examples if effort.is_generated else 0
            one = await asyncio.to_thread(examiner.examine, operation, examples)
            recorded = [each for each in effort.expectations if each.path == operation.path]
            if not one.skipped:
                one.expectations = len(recorded)
                one.findings += await expecting.hold(operation, recorded)
            examined.append(one)
        return examined
    finally:
        if raw is not None:
            await raw.close()


def _place(
    where: Placed | Elsewhere, description: ContractDescription, raw: "UrlAsker | None", trial: Trial, effort: Effort
) -> "Place":
    from .asking import ClientAsker
    from .examining import Place

    loop = asyncio.get_running_loop()
    if isinstance(where, Elsewhere):
        assert raw is not None  # noqa: S101 - it has a URL
        return Place(raw, raw, is_ours=False, may_command=bool(effort.commands), loop=loop)
    python: Any = description.python
    asker = ClientAsker(where.client(python), trial.on_behalf)
    return Place(asker, raw, is_ours=True, may_command=effort.commands is not False, loop=loop)


def _clients(where: Placed | Elsewhere, raw: "UrlAsker | None") -> Any:
    return _Clients(raw) if isinstance(where, Elsewhere) else where


def _read(contract: Any) -> ContractDescription:
    if not is_contract(contract):
        raise TypeError(f"{contract!r} is no contract: pass a class with @contract")
    description, violations = read_contract(contract)
    if violations:
        raise InvalidInput(f"contract {description.service}", violations)
    return description


def _operation(description: ContractDescription, name: str) -> OperationDescription:
    known: Mapping[str, OperationDescription] = description.operations
    found = known.get(name) or next((each for each in known.values() if each.wire_name == name), None)
    if found is None:
        raise NoSuchOperation(description.name, name, known)
    return found


class _Clients:
    """Clients of what answers at an address, for `prepare`."""

    def __init__(self, raw: "UrlAsker | None") -> None:
        self._raw = raw

    def client(self, contract: Any) -> Any:
        """A client of a contract that answers at the same address."""
        description = _read(contract)
        told = Client(description.service)
        bind(told, description, self._how)
        return told

    def _how(self, operation: OperationDescription) -> Callable[..., Awaitable[Any]]:
        raw = self._raw
        assert raw is not None  # noqa: S101 - there is a URL

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await raw.call(operation, operation.request_of(*args, **kwargs))

        return call
