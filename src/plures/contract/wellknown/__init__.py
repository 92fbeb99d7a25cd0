"""Types of protobuf that Python has no equal of: moments and lengths of time in nanoseconds and full range, and a message of any type.

times       `Timestamp`, `Duration`
anything    `AnyMessage`
"""

from .anything import TYPE_PREFIX, AnyMessage, read_any, write_any
from .times import Duration, Timestamp

__all__ = ["TYPE_PREFIX", "AnyMessage", "Duration", "Timestamp", "read_any", "write_any"]
