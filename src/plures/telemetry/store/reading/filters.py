"""What is looked for in the store. What is empty, or 0, asks nothing."""

from msgspec import Struct


class TraceFilter(Struct, frozen=True):
    """Which traces. What is empty or 0 asks nothing.

    Attributes:
        operation: The name of a span in it, as in `search/Find`, or of a route or event.
        capability: Whose work such a span is.
        caller: Who asked for it.
        over: Such a span took at least so many microseconds; where no span is asked for, the whole trace did.
        under: Such a span, or the whole trace, took less.
        faults: Such a span failed, other than by a declared error; where no span is asked for, any did.
        code: A span ended with it.
        attribute: Name and value, as text, of an attribute of any span.
        since: It began then or later.
        until: It began before.
        contract: A span is of a call of it, as in `shop.search.v1`.
        process: A span is of it, with or without the number of a replica: `search`, `search.1`.
        drawn_only: Whether only those are wanted that were drawn, and none that is kept because it failed or was slow.

    Times are microseconds, moments microseconds since 1970.
    """

    operation: str = ""
    capability: str = ""
    caller: str = ""
    over: int = 0
    under: int = 0
    faults: bool = False
    code: str = ""
    attribute: tuple[str, str] | None = None
    since: int = 0
    until: int = 0
    contract: str = ""
    process: str = ""
    drawn_only: bool = False


class SubjectFilter(Struct, frozen=True):
    """Which subjects. What is empty asks nothing.

    Attributes:
        kinds: One of them; both sides of calls that are counted together, such as `server` and `internal`.
        at_edge: Only what the edge answers, which is of no capability.
        process: What it has measured, with or without the number of a replica: `search`, `search.1`.
    """

    kind: str = ""
    kinds: tuple[str, ...] = ()
    name: str = ""
    capability: str = ""
    caller: str = ""
    placement: str = ""
    at_edge: bool = False
    process: str = ""


class LogFilter(Struct, frozen=True):
    """Which lines. What is empty or 0 asks nothing.

    Attributes:
        process: The name of one, with or without the number of a replica: `search`, `search.1`.
        level: At least that, as in `logging`.
        logger: That logger, or one below it.
        text: Words that the message or its fields have, or begin with.
    """

    process: str = ""
    level: int = 0
    logger: str = ""
    capability: str = ""
    trace: str = ""
    text: str = ""
    since: int = 0
    until: int = 0
