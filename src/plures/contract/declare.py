"""The decorators of a contract. They attach metadata and do nothing else: nothing is registered, nothing is checked here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import msgspec

from .message import Event, Message
from .names import PRIVATE, CacheName

CONTRACT: Final = "__plures_contract__"
OPERATION: Final = "__plures_operation__"
SUBSCRIPTION: Final = "__plures_subscription__"

DEFAULT_DEADLINE_S: Final = 1.0
DEFAULT_HANDLING_S: Final = 10.0
"""More than for a call: no caller waits."""
DEFAULT_MESSAGE_BYTES: Final = 1024 * 1024
MOST_MESSAGE_BYTES: Final = 16 * 1024 * 1024
"""The highest limit that an operation may declare: a replica holds a few such messages at once, and not hundreds."""


class Criticality(StrEnum):
    """What is refused last, and what first, when a replica has more to do than it can."""

    CRITICAL = "critical"
    NORMAL = "normal"
    SHEDDABLE = "sheddable"

    def within(self, request: "Criticality") -> "Criticality":
        """That of a call which declares this one, made for a request of another one.

        What a critical request needs is critical, what a sheddable one needs is sheddable, and a critical operation always is.
        """
        if request is Criticality.NORMAL or self is Criticality.CRITICAL:
            return self
        return request


class Stability(StrEnum):
    """What callers may build on a contract: an experimental one may change as it likes, a deprecated one will end."""

    EXPERIMENTAL = "experimental"
    STABLE = "stable"
    DEPRECATED = "deprecated"


StabilityName: TypeAlias = Literal["experimental", "stable", "deprecated"]

_CRITICALITIES: Final = {each.value: each for each in Criticality}

CriticalityName: TypeAlias = Literal["critical", "normal", "sheddable"]

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)


class Derivation(msgspec.Struct, frozen=True):
    """How the operations of an existing class are to be declared: as commands, not idempotent, unless said otherwise.

    Attributes:
        operations: Those that are ones; None for all of its public methods.
    """

    queries: frozenset[str]
    idempotent: frozenset[str]
    errors: tuple[type[Exception], ...]
    deadline_s: float
    operations: frozenset[str] | None = None

    def declaration(self, name: str) -> "OperationDeclaration":
        """That of a method."""
        is_query = name in self.queries
        return OperationDeclaration(
            is_query=is_query,
            idempotent=is_query or name in self.idempotent,
            deadline_s=self.deadline_s,
            errors=self.errors,
        )

    @property
    def named(self) -> frozenset[str]:
        """All methods that it names."""
        return self.queries | self.idempotent | (self.operations or frozenset())


class ContractDeclaration(msgspec.Struct, frozen=True):
    """What `@contract` was given, or derived from a class that exists."""

    name: str
    owner: str
    events: tuple[type[Event], ...] = ()
    derived: Derivation | None = None
    stability: str = "stable"
    sunset: date | None = None
    deprecated: date | None = None


class SubscriptionDeclaration(msgspec.Struct, frozen=True):
    """What `@subscribe` was given."""

    deadline_s: float


class OperationDeclaration(msgspec.Struct, frozen=True):
    """What `@query` or `@command` was given; `key` is the name of a parameter, or empty.

    Attributes:
        key_is_all: The key alone says which request it is; whatever else it says may be said otherwise when it comes again.
        criticality: As it was given; the reader refuses what is none.
        hedge_after_s: When a second replica is asked too, in seconds; 0 for never.
        headers: The class of the headers that come with the answer; None for none. A class of `Headers`, which the reader checks.
        trailers: The same of what comes after the answer, or after the last item.
        max_request_bytes: The most that its request may have, unpacked.
        max_response_bytes: The same of its answer, or of each item of a stream.
        cache_s: For how long caches may keep an answer, in seconds; 0 for not at all.
        cache: Which caches may: "public" for those that many callers share.
    """

    is_query: bool
    idempotent: bool
    deadline_s: float
    errors: tuple[type[Exception], ...]
    key: str = ""
    key_is_all: bool = False
    criticality: Criticality = Criticality.NORMAL
    hedge_after_s: float = 0.0
    headers: type | None = None
    trailers: type | None = None
    max_request_bytes: int = DEFAULT_MESSAGE_BYTES
    max_response_bytes: int = DEFAULT_MESSAGE_BYTES
    cache_s: int = 0
    cache: str = PRIVATE

    @property
    def limits(self) -> Mapping[str, int]:
        """How large its messages may be, by the name under which it was given; nothing where they may have what is usual."""
        return unusual_limits(self.max_request_bytes, self.max_response_bytes)


def contract(
    name: str,
    *,
    owner: str,
    events: Sequence[type[Event]] = (),
    stability: StabilityName | None = None,
    deprecated: date | None = None,
    sunset: date | None = None,
) -> Callable[[C], C]:
    """Declare a `Protocol` class as the contract of a capability.

    Args:
        name: Dotted lower-case name that ends in the major version: `marketplace.search.v1`. The part before the version
            names the capability.
        owner: The team that answers for it.
        events: What the capability publishes.
        stability: What callers may build on it: an "experimental" one may change as it likes, a "deprecated" one, which needs a
            day, will end. Left out, it is "stable", or "deprecated" where that has a day.
        deprecated: The day from which on it is deprecated. Answers say so to callers from outside.
        sunset: The last day on which a deprecated contract is served for sure.
    """

    def attach(declared: C) -> C:
        standing = stability or (Stability.STABLE if deprecated is None else Stability.DEPRECATED).value
        given = ContractDeclaration(name, owner, tuple(events), None, standing, sunset, deprecated)
        setattr(declared, CONTRACT, given)
        return declared

    return attach


def derive_contract(python: type, name: str, owner: str, derivation: Derivation) -> None:
    """Declare an existing class as a contract, of which it is the implementation as well."""
    setattr(python, CONTRACT, ContractDeclaration(name, owner, derived=derivation))


def derivation_of(python: type) -> Derivation | None:
    """How a contract was derived from this class; None where it was written."""
    declared: ContractDeclaration | None = vars(python).get(CONTRACT)
    return None if declared is None else declared.derived


def query(
    *,
    deadline_s: float = DEFAULT_DEADLINE_S,
    errors: Sequence[type[Exception]] = (),
    criticality: CriticalityName = "normal",
    hedge_after_s: float = 0.0,
    headers: type[Message] | None = None,
    trailers: type[Message] | None = None,
    max_request_bytes: int = DEFAULT_MESSAGE_BYTES,
    max_response_bytes: int = DEFAULT_MESSAGE_BYTES,
    cache_s: int = 0,
    cache: CacheName = "private",
) -> Callable[[F], F]:
    """Declare a method as an operation that changes nothing, and may therefore be repeated.

    Args:
        deadline_s: Seconds that a call may take when its caller allows no less.
        errors: The errors that callers may rely on; exceptions of the application arrive as the same class.
        criticality: What is refused last ("critical") or first ("sheddable") where a replica is overloaded.
        hedge_after_s: Ask a second replica where the first has not answered after so many seconds, and take the answer that
            comes first; 0 for never. About the time that 95 of 100 calls take is a good value.
        headers: The class of headers that come with the answer. Those of a request are a parameter.
        trailers: The class of headers that come after the answer, or after the last item of a stream.
        max_request_bytes: The most bytes that the request may have, in the form in which it travels and unpacked; up to 16 MiB.
        max_response_bytes: The same of the answer, or of each item of a stream.
        cache_s: Caches between caller and callee may keep an answer for so many whole seconds; 0 for never. Calls are GET then, so
            that the request is part of the URL, which proxies write into their logs.
        cache: "private" where only a cache of the caller's own may keep it, "public" where one that many callers share may.
    """
    return _operation(
        OperationDeclaration(
            is_query=True, idempotent=True, deadline_s=deadline_s, errors=tuple(errors),
            criticality=criticality_of(criticality), hedge_after_s=hedge_after_s,
            headers=headers, trailers=trailers,
            max_request_bytes=max_request_bytes, max_response_bytes=max_response_bytes, cache_s=cache_s, cache=cache,
        )
    )  # fmt: skip


def command(
    *,
    idempotent: bool = False,
    key: str = "",
    deadline_s: float = DEFAULT_DEADLINE_S,
    errors: Sequence[type[Exception]] = (),
    criticality: CriticalityName = "normal",
    headers: type[Message] | None = None,
    trailers: type[Message] | None = None,
    max_request_bytes: int = DEFAULT_MESSAGE_BYTES,
    max_response_bytes: int = DEFAULT_MESSAGE_BYTES,
) -> Callable[[F], F]:
    """Declare a method as an operation that may change something.

    Args:
        idempotent: Whether running it twice with the same arguments is the same as running it once.
        key: The parameter that identifies a command, for idempotent ones: called again with the same key, it answers what it
            answered first, for 14 days, without running again. Kept in the capability's database; without one, it runs again.
        deadline_s: Seconds that a call may take when its caller allows no less.
        errors: The errors that callers may rely on; exceptions of the application arrive as the same class.
        criticality: What is refused last ("critical") or first ("sheddable") where a replica is overloaded.
        headers: The class of headers that come with the answer. Those of a request are a parameter.
        trailers: The class of headers that come after the answer, or after the last item of a stream.
        max_request_bytes: The most bytes that the request may have, in the form in which it travels and unpacked; up to 16 MiB.
        max_response_bytes: The same of the answer, or of each item of a stream.
    """
    return _operation(
        OperationDeclaration(
            is_query=False, idempotent=idempotent, deadline_s=deadline_s, errors=tuple(errors), key=key,
            criticality=criticality_of(criticality), headers=headers, trailers=trailers,
            max_request_bytes=max_request_bytes, max_response_bytes=max_response_bytes,
        )
    )  # fmt: skip


def subscribe(*, deadline_s: float = DEFAULT_HANDLING_S) -> Callable[[F], F]:
    """Declare a method of a service as the handler of an event: `async def confirm(self, event: OrderPlaced) -> None`.

    It gets each event that is published from then on, at least once, until it has handled it. What it writes to the capability's own
    database it writes once.

    Args:
        deadline_s: Seconds that handling one event may take. After that it is tried again.
    """

    def attach(method: F) -> F:
        setattr(method, SUBSCRIPTION, SubscriptionDeclaration(deadline_s))
        return method

    return attach


def _operation(declaration: OperationDeclaration) -> Callable[[F], F]:
    def attach(method: F) -> F:
        setattr(method, OPERATION, declaration)
        return method

    return attach


def unusual_limits(max_request_bytes: int, max_response_bytes: int) -> Mapping[str, int]:
    """Those of the two that are not what is usual, by their names."""
    given = {"max_request_bytes": max_request_bytes, "max_response_bytes": max_response_bytes}
    return {name: most for name, most in given.items() if most != DEFAULT_MESSAGE_BYTES}


def criticality_of(name: str) -> Criticality:
    """The member of that name; any other name passes as it is, for the reader to refuse together with all else."""
    return _CRITICALITIES.get(name, cast("Criticality", name))


def stability_of(name: str) -> Stability:
    """The member of that name; of any other name, which the reader refuses, what is usual."""
    return Stability(name) if name in tuple(Stability) else Stability.STABLE
