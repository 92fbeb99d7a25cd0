"""Records that know the call during which they were made, also where a thread of the user's formats them later."""

import logging
from collections.abc import Callable
from typing import Any, Final

About = Callable[[], tuple[str | None, str | None]]
"""The request id and the capability of the call that runs; None where there is none."""

_OURS: Final = frozenset({"request_id", "capability"})


class _Fields(dict[str, Any]):
    """The attributes of a record. `logging` refuses an `extra` of a log call that is among them; ours give way instead."""

    def __contains__(self, name: object) -> bool:
        return name not in _OURS and super().__contains__(name)


def know_the_call(about: About) -> None:
    """Give each record `request_id` and `capability`, also for formats of the user's: `%(request_id)s`."""

    class Record(logging.LogRecord):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            request_id, capability = about()
            self.__dict__ = _Fields(self.__dict__, request_id=request_id, capability=capability)

    logging.setLogRecordFactory(Record)
