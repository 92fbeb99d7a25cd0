"""Answers what is asked of the dashboard: JSON, for each view the same as what the view shows."""

from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import msgspec

from plures.telemetry import NoTelemetry, Reading, TelemetryNewer, TelemetryUnreadable

from .about import About
from .asked import Asked, WrongQuestion
from .lines import logs
from .measured import capabilities, capability, metrics
from .plans import plans
from .sets import sets
from .topology import topology
from .tracing import trace, traces

API: Final = "/api/"
"""How the paths of answers begin."""

_View = Callable[[Reading, Asked], dict[str, Any] | None]


class Answered(NamedTuple):
    """An answer, as JSON."""

    status: int
    body: bytes


class Dashboard:
    """Answers from the store in a data folder. It reads files: call it in a thread."""

    def __init__(self, folder: Path, about: About) -> None:
        self._folder, self._reading, self._about = folder, Reading(folder), about

    def answer(self, path: str, query: bytes) -> Answered:
        """What a path of `API` is answered."""
        if path == f"{API}about":
            names = [each.name for each in self._about.capabilities]
            return _json(200, {"application": self._about.application, "capabilities": names})
        view = self._view(path.removeprefix(API))
        if view is None:
            return _wrong(404, "not_found", f"There is no view at {path}.")
        asked = Asked(query)
        try:
            found = view(self._reading, asked)
        except WrongQuestion as wrong:
            return _wrong(400, "invalid_argument", f"{wrong}.")
        except (NoTelemetry, TelemetryNewer, TelemetryUnreadable) as error:
            return _wrong(503, "unavailable", str(error))
        return _json(200, found) if found is not None else _wrong(404, "not_found", "It is not kept.")

    def _view(self, path: str) -> _View | None:
        now = int(time() * 1_000_000)
        about = self._about
        views: dict[str, _View] = {
            "traces": lambda reading, asked: traces(reading, asked, now),
            "sets": lambda reading, asked: sets(reading, asked, now),
            "logs": lambda reading, asked: logs(reading, asked, now),
            "topology": lambda reading, asked: topology(reading, asked, about, now),
            "capabilities": lambda reading, asked: capabilities(reading, asked, about, now),
            "metrics": lambda reading, asked: metrics(reading, asked, now),
            "plan": lambda reading, asked: plans(reading, asked, about, self._folder, now),
        }
        if path in views:
            return views[path]
        kind, _, name = path.partition("/")
        if kind == "traces" and name:
            return lambda reading, _: trace(reading, name)
        known = about.of(unquote(name)) if kind == "capabilities" else None
        return None if known is None else lambda reading, asked: capability(reading, asked, known, now)


def _json(status: int, said: object) -> Answered:
    return Answered(status, msgspec.json.encode(said))


def _wrong(status: int, code: str, message: str) -> Answered:
    return _json(status, {"code": code, "message": message})
