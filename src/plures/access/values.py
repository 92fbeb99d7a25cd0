"""Who may call a process, and what the process shows those that it calls. A process knows its callers by digests of their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec


class CallerKind(StrEnum):
    """What a caller is, and so where its rights are said."""

    PROCESS = "process"
    """A process of the application: the constructors of its capabilities, and its edge, say what it calls."""

    COMMAND = "command"
    """A program in another language: `may_call` of its process in plures.toml says it."""

    OUTSIDE = "outside"
    """`[access.callers]` of plures.toml says it."""

    TOOLS = "tools"
    """The commands of `plures`, and the people who start the application: they may call everything."""


class Caller(msgspec.Struct, frozen=True):
    """One that may call a process.

    Attributes:
        name: Of the process, or as plures.toml names it.
        digest: Of its token; empty where it has none, and shows a certificate instead.
        may_call: Names of capabilities, versions of contracts as in `search.v1`, operations as in `checkout/Place`; `*` is all of them.
        may_deliver_to: Capabilities to which it brings the events that they have subscribed to.
        origins: Whose pages it is, as browsers say it; empty for a program.
    """

    name: str
    kind: CallerKind
    digest: str = ""
    may_call: tuple[str, ...] = ()
    may_deliver_to: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Access:
    """What one process has to know. Without callers, it refuses all calls.

    Attributes:
        tokens: Capability → the token with which this process calls it.
        pages: Those of other sites that call the edge here. What they may call is published there.
        teller: The token with which a command sends its spans; empty for other processes, which keep theirs by themselves.
    """

    callers: tuple[Caller, ...] = ()
    tokens: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    pages: tuple[Caller, ...] = ()
    teller: str = field(default="", repr=False)
