"""A store of telemetry, as processes of an application would have left it, at times that a test chooses."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from plures.advisor import Watched, WatchRequest, watch
from plures.telemetry import Reading, index_of
from plures.telemetry.store.opening import open_file

S = 1_000_000
BEGAN = 1_700_000_100 * S
"""A whole slot of ten seconds, and of five minutes."""


@dataclass
class _Point:
    calls: int = 0
    codes: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0
    buckets: Counter[int] = field(default_factory=Counter[int])
    moved: int = 0
    in_flight: int = 0


class Shop:
    """What its processes wrote. Times are seconds since it began."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._to = open_file(folder, 1.0)
        self._to.execute("PRAGMA synchronous = OFF")
        self._points: dict[tuple[int, int, int, int], _Point] = {}
        self._traces = 0

    def process(self, name: str, since: float = 0, until: float = 3600, *, ended: bool = True, number: int = 1) -> int:
        values = (name, number, 1, "host", "", BEGAN + int(since * S), BEGAN + int(until * S), ended)
        sql = "INSERT INTO processes (name, number, pid, host, version, since, until, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        return self._insert(sql, values)

    def calls(
        self,
        process: int,
        at: float,
        subject: tuple[str, str, str, str, str],
        calls: int,
        *,
        seconds: float = 0.0,
        codes: Mapping[str, int] | None = None,
        in_flight: int = 0,
        width: int = 10,
        moved: int = 0,
    ) -> None:
        """A point of ten seconds; the subject is (kind, name, capability, caller, placement)."""
        # 8 buckets for each doubling; all calls took what they took on average.
        buckets = Counter({index_of(seconds / calls if calls else 0): calls})
        for each in {width, 300}:
            key = (each, self._subject(subject), self._slot(at, each), process)
            point = self._points.setdefault(key, _Point())
            point.calls += calls
            point.codes.update(codes or {})
            point.seconds += seconds
            point.buckets.update(buckets)
            point.moved += moved
            point.in_flight = in_flight

    def cores(self, process: int, at: float, value: float, capability: str = "", *, width: int = 10) -> None:
        """Processor time of a slot."""
        subject = self._subject(("gauge", "cpu.share", capability, "", ""))
        self._insert(
            "INSERT INTO gauges VALUES (?, ?, ?, ?, ?, ?)",
            (width, subject, self._slot(at, width), process, value, value),
        )

    def trace(
        self, at: float, *spans: tuple[tuple[str, str, str, str, str], int, float, str], kept_for: str = "drawn"
    ) -> None:
        """A trace; a span is (subject, number of its parent from 1 or 0, seconds, code)."""
        self._traces += 1
        began, faults = BEGAN + int(at * S), sum(code.islower() for *_, code in spans)
        trace = self._insert(
            "INSERT INTO traces (trace, began, ended, subject, code, spans, failures, faults, kept_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._traces.to_bytes(16),
                began,
                began + S,
                self._subject(spans[0][0]),
                spans[0][3],
                len(spans),
                faults,
                faults,
                kept_for,
            ),
        )
        for number, (subject, parent, seconds, code) in enumerate(spans, 1):
            values = (trace, number, parent, self._subject(subject), 1, began, int(seconds * S), code, "")
            self._insert("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def write(self) -> None:
        """Write the points."""
        for (width, subject, at, process), it in self._points.items():
            faults = sum(many for code, many in it.codes.items() if code.islower())
            values = (
                width,
                subject,
                at,
                process,
                it.calls,
                faults,
                json.dumps(it.codes),
                it.seconds,
                json.dumps(it.buckets),
            )
            self._insert(
                f"INSERT OR REPLACE INTO points VALUES ({', '.join('?' * 12)})", (*values, it.moved, 0, it.in_flight)
            )

    def watch(self, *components: str, since: float | None = None, until: float | None = None) -> Watched:
        """What the advisor sees."""
        self.write()
        since_us, until_us = (0 if at is None else BEGAN + int(at * S) for at in (since, until))
        return watch(WatchRequest(Reading(self.folder), since_us, until_us), components)

    def close(self) -> None:
        self._to.close()

    def _subject(self, subject: tuple[str, str, str, str, str]) -> int:
        kind, name, capability, caller, placement = subject
        values = (kind, name, capability, caller, placement, f"shop.{capability}.v1" if capability else "")
        self._to.execute(
            "INSERT OR IGNORE INTO subjects (kind, name, capability, caller, placement, contract) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
        sql = "SELECT id FROM subjects WHERE kind = ? AND name = ? AND capability = ? AND caller = ? AND placement = ?"
        (found,) = self._to.execute(sql, subject).fetchone()
        return int(found)

    def _slot(self, at: float, width: int) -> int:
        moment = BEGAN + int(at * S)
        return moment - moment % (width * S)

    def _insert(self, sql: str, values: tuple[object, ...]) -> int:
        return self._to.execute(sql, values).lastrowid or 0


PAGE = ("server", "GET /", "", "", "")
FIND = ("internal", "search/Find", "search", "the edge", "local")
GET = ("internal", "catalog/Get", "catalog", "the edge", "local")
ADD = ("internal", "cart/Add", "cart", "the edge", "local")
