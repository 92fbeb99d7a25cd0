"""A store as two processes have written it: requests, lines of the log, figures."""

import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic, time

import pytest

from plures.telemetry import Noted, Rate, SpanKind, Subject, Telemetry, Trace
from plures.telemetry.store import LogLine, ProcessName, Store

ROUTE = Subject(SpanKind.SERVER, "GET /product")
FIND = Subject(SpanKind.CLIENT, "search/Find", "search", "edge", "remote", "shop.search.v1")
SERVED = Subject(SpanKind.SERVER, "search/Find", "search", "edge", "", "shop.search.v1")
LOCAL = Subject(SpanKind.INTERNAL, "search/Find", "search", "edge", "local", "shop.search.v1")
GET = Subject(SpanKind.INTERNAL, "stock/Get", "stock", "search", "local", "shop.stock.v1")

REMOTE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
ONE_ID = "4bf92f35aaaaaaaaaaaaaaaaaaaaaaaa"


class Written:
    """Writes what a test asks for, as the processes `edge` and `search` do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.telemetry = {name: Telemetry(Rate(1, 1e6)) for name in ("edge", "search")}
        self.stores = {name: Store(folder, each, ProcessName(name, 1)) for name, each in self.telemetry.items()}

    def write(self) -> None:
        for each in self.stores.values():
            each.write()

    def log(self, message: str, process: str = "search", *, level: int = 20, ago_s: float = 5, **more: object) -> None:
        at = int((time() - ago_s) * 1_000_000)
        extra = more.pop("extra", None)
        fields = json.dumps(extra) if extra else ""
        self.stores[process].put_log(LogLine(at, level, "shop.search", message, fields=fields, **more))  # type: ignore[arg-type]

    def split(self, id_: str = REMOTE_ID, *, gets: int = 2, code: str = "") -> Trace:
        """`GET /product`, which calls search in another process, which calls stock there; each one after the other."""
        now = monotonic()
        began = now - 0.1
        edge, search = Trace(id_, kept_for="drawn"), Trace(id_, kept_for="drawn")
        route, find = edge.next_span(), edge.next_span()
        edge.note(Noted(FIND, find, route, began + 0.01, now - 0.01, code))
        edge.note(Noted(ROUTE, route, 0, began, now, code, json.dumps({"http.response.status_code": 200})))
        search.above = edge.span_id(find)
        served = search.next_span()
        for number in range(gets):
            start = began + 0.02 + number * 0.06 / gets
            search.note(Noted(GET, search.next_span(), served, start, start + (0.05 if number == 5 else 0.03) / gets))
        search.note(Noted(SERVED, served, 0, began + 0.015, now - 0.015, code))
        self.telemetry["edge"].recorder.close(edge)
        self.telemetry["search"].recorder.close(search)
        return search

    def one(self, id_: str = ONE_ID) -> Trace:
        """The same in one process."""
        now = monotonic()
        began = now - 0.08
        trace = Trace(id_, kept_for="drawn")
        route, find = trace.next_span(), trace.next_span()
        trace.note(Noted(GET, trace.next_span(), find, began + 0.02, began + 0.04))
        trace.note(Noted(LOCAL, find, route, began + 0.01, now - 0.01))
        trace.note(Noted(ROUTE, route, 0, began, now))
        self.telemetry["edge"].recorder.close(trace)
        return trace


Cut = Callable[[str], list[str]]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)
