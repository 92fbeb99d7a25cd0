"""Which hosts run in this process, and which of them code belongs to that holds no client."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from .errors import NoApplication, SeveralApplications

# It is younger than many a lock of an application, and only type checkers need it.
if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")


class Hosting(Protocol):
    """A host, as far as code without a client is concerned."""

    @property
    def application(self) -> str: ...
    def has(self, contract: type) -> bool: ...
    def client(self, contract: type) -> Any:
        """A client for the running code; raises where that has not declared it."""
        ...


# A process has one list of what runs in it: code that asks has nothing in its hands that could lead to another.
_running: Final[list[Hosting]] = []
_mine: Final[ContextVar[Hosting | None]] = ContextVar("plures_hosting", default=None)
_owner: Final[ContextVar[str]] = ContextVar("plures_owner", default="")

os.register_at_fork(after_in_child=_running.clear)


def begin_hosting(host: Hosting) -> None:
    """A host runs from now on; what starts from here on belongs to it."""
    _running.append(host)
    _mine.set(host)


def end_hosting(host: Hosting) -> None:
    """It has stopped. Safe to call more than once."""
    if host in _running:
        _running.remove(host)
    if _mine.get() is host:
        _mine.set(None)


@contextmanager
def hosting(host: Hosting) -> Generator[None]:
    """Let code belong to a host for a while."""
    token = _mine.set(host)
    try:
        yield
    finally:
        _mine.reset(token)


@contextmanager
def working_for(owner: str) -> Generator[None]:
    """Let code belong to a capability, or to the edge, that works for no call: its hooks, and its work beside calls."""
    token = _owner.set(owner)
    try:
        yield
    finally:
        _owner.reset(token)


def owner_now() -> str:
    """Whose code runs, as far as it works for no call; empty where that is not known."""
    return _owner.get()


def ambient_client(contract: "TypeForm[T]") -> T:
    """A client of a capability, for code that no constructor gives one: deep in a handler, in a job, in a thread of its own.

    It is that of the application which this process runs, and works in each thread. A service, and what makes the edge, better name the contract in
    their constructor.

    Args:
        contract: What the running code has declared: `Application(…, clients=[…])` or the edge's parameters where it belongs to the edge, or to
            nothing; else the constructor of its capability.

    Raises:
        NoApplication: No application runs here.
        SeveralApplications: It cannot be told which one is meant.
        NotDeclared: The running code may not call it.
    """
    python: Any = contract
    # Typed as the contract by what asks for it.
    return _host_of(python).client(python)  # type: ignore[no-any-return]


def _host_of(python: Any) -> Hosting:
    mine = _mine.get()
    if mine is not None and mine in _running:
        return mine
    name = getattr(python, "__qualname__", repr(python))
    if not _running:
        raise NoApplication(name)
    # Of what no application has, the only one says so.
    having = [host for host in _running if host.has(python)] or _running[:1]
    if len(having) > 1:
        raise SeveralApplications(name, ", ".join(sorted(host.application for host in having)))
    return having[0]
