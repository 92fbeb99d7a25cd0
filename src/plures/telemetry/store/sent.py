"""What processes of another make have sent here, until it is written: each has a recorder as our own have, which lets go what no process keeps."""

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from plures.telemetry.arriving import Origin
from plures.telemetry.tracing import MOST_HELD, Recorder, Trace

from .anchor import Anchor
from .rows import TraceRows, rows_of

_MOST_ORIGINS: Final = 64


class SentRows(NamedTuple):
    """What is to be written of one process."""

    origin: Origin
    traces: list[TraceRows]


class Sent:
    """What has been sent and not written. Any thread may put; one takes.

    Args:
        most: So many spans at most wait to be taken.
    """

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._recorders: dict[Origin, Recorder] = {}
        self._waiting = 0
        self._one = threading.Lock()

    def put(self, traces: Mapping[Origin, Sequence[Trace]]) -> bool:
        """Hold on to traces; False, and nothing is held, where too much waits already."""
        spans = sum(len(trace.notes) for many in traces.values() for trace in many)
        with self._one:
            new = len(traces.keys() - self._recorders.keys())
            # At first one may always be put, however large it is: its sender could not make it smaller.
            if (self._waiting and self._waiting + spans > self._most) or new + len(self._recorders) > _MOST_ORIGINS:
                return False
            self._waiting += spans
            for origin, many in traces.items():
                recorder = self._recorders.setdefault(origin, Recorder(self._most))
                for trace in many:
                    recorder.close(trace)
        return True

    def take(self, kept_elsewhere: Collection[str], anchor: Anchor) -> list[SentRows]:
        """What is to be written now."""
        with self._one:
            self._waiting = 0
            recorders = [*self._recorders.items()]
        taken = [(origin, recorder.take(kept_elsewhere)) for origin, recorder in recorders]
        with self._one:
            for origin, recorder in recorders:
                # Replicas come and go, each with a number of its own.
                if recorder.is_empty:
                    del self._recorders[origin]
        return [SentRows(origin, rows_of(parts, anchor)) for origin, parts in taken if parts]
