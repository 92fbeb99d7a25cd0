"""Records that know the call during which they were made, also where a thread of the user's formats them later."""

import logging
from collections.abc import Callable
from typing import Any, Final, NamedTuple


class InCall(NamedTuple):
    """What a record says of the call that runs; None where there is none.

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16 of them.
    """

    request_id: str | None = None
    capability: str | None = None
    trace_id: str | None = None
    span_id: str | None = None


About = Callable[[], InCall]
"""Tells of the call that runs."""

_OURS: Final = frozenset(InCall._fields)


class _Fields(dict[str, Any]):
    """The attributes of a record. `logging` refuses an `extra` of a log call that is among them; ours give way instead."""

    def __contains__(self, name: object) -> bool:
        return name not in _OURS and super().__contains__(name)


def know_the_call(about: About) -> None:
    """Give each record the fields of `InCall`, also for formats of the user's: `%(request_id)s`."""

    class Record(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.__dict__ = _Fields(self.__dict__, **about()._asdict())

    logging.setLogRecordFactory(Record)
