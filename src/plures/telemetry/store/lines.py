"""What others put into the store: lines of the log, and figures."""

from typing import NamedTuple


class LogLine(NamedTuple):
    """A line of the log.

    Attributes:
        at: In microseconds since 1970.
        level: As in `logging`.
        trace: 32 hexadecimal digits; empty where it belongs to none.
        span: The id of its span; 0 for none.
        fields: JSON of what else is known; empty for nothing.
    """

    at: int
    level: int
    logger: str
    message: str
    trace: str = ""
    span: int = 0
    capability: str = ""
    fields: str = ""


class Gauge(NamedTuple):
    """A figure at a moment.

    Attributes:
        at: In microseconds since 1970.
        capability: Whose it is; empty where it is of the process.
    """

    at: int
    name: str
    value: float
    capability: str = ""


class ProcessName(NamedTuple):
    """Which replica writes.

    Attributes:
        name: Of its process, as in plures.toml.
        number: From 1.
    """

    name: str
    number: int
