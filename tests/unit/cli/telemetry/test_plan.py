"""`plures topology plan`: what it prints, and what it says where it cannot."""

import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic, time
from typing import Final

import pytest
from click.testing import Result
from msgspec.structs import replace

from plures.planning import Cost, Pace, keep, kept
from plures.telemetry import Noted, ProcessName, Rate, SpanKind, Store, Subject, Telemetry, Trace, index_of
from plures.telemetry.store import Anchor

Run = Callable[..., Result]
APP: Final = """
from typing import Protocol

from plures import Application, Capability, contract, query


@contract("planned.search.v1", owner="tests")
class Search(Protocol):
    @query()
    async def find(self, text: str) -> str: ...


class Service:
    async def find(self, text: str) -> str:
        return text


app = Application("planned", [Capability(Search, Service)])
"""
TOML: Final = """
[application]
import = "planned_app:app"

[topology.split]
search = { capabilities = ["search"] }
rest = { capabilities = ["*"] }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "planned_app.py").write_text(APP)
    (tmp_path / "plures.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(data: Path, *processes: str) -> None:
    """A minute of requests, until now."""
    ahead = [-70.0]
    telemetry = Telemetry(Rate(1, 1e6))
    # Both clocks go on together: what began before a step of one alone would be as old as that step.
    anchor = Anchor(lambda: time() + ahead[0], lambda: monotonic() + ahead[0])
    stores = [Store(data, telemetry, ProcessName(name, 1), anchor=anchor, count_s=0) for name in processes]
    for step in range(7):
        for _ in range(5):
            trace, end = Trace(kept_for="drawn"), monotonic() + ahead[0]
            root, find = trace.next_span(), trace.next_span()
            trace.note(Noted(FIND, find, root, end - 0.008, end - 0.002, task=3))
            trace.note(Noted(ROUTE, root, 0, end - 0.01, end, task=3))
            telemetry.recorder.close(trace)
        for subject, seconds in ((ROUTE, 0.01), (FIND, 0.006)):
            meter = telemetry.meter(subject)
            meter.begun = meter.ended = 20
            meter.buckets[index_of(seconds)] = 20
        for store in stores:
            store.put_gauge("cpu.share", 0.1)
            store.put_gauge("memory.bytes", 100_000_000)
            store.write()
        ahead[0] += 10 if step < 6 else 0


ROUTE: Final = Subject(SpanKind.SERVER, "GET /\x1b[31m")
FIND: Final = Subject(SpanKind.INTERNAL, "search/Find", "search", "the edge", "local", "planned.search.v1")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a machine costs, without measuring it; each time that it is asked for."""
    asked: list[str] = []

    def calibrate(application: str, folder: Path) -> Cost:
        asked.append(f"{application} {folder}")
        now = int(time() * 1e6)
        return Cost(now, (Pace(10, 2_000, 1_000), Pace(100, 1_000, 500)), 100, 200, 0.005, 50_000_000, 100)

    monkeypatch.setattr("plures.calibration.calibrate", calibrate)
    return asked


def test_a_plan_is_printed_kept_and_compared(plures: Run, project: Path, measured: list[str]) -> None:
    data = project / ".plures"
    write(data, "main")
    result = plures("topology", "plan", "split")
    assert result.exit_code == 0, result.output
    assert "monolith → split" in result.stdout
    assert "the edge" not in result.stdout.partition("note:")[0] or "remote" in result.stdout
    assert "\x1b[31m" not in result.stdout
    assert measured == [f"planned_app:app {project}"]
    again = json.loads(plures("topology", "plan", "--json").stdout)["plans"]
    assert [each["target"] for each in again] == ["split"]
    assert len(measured) == 1, "what was measured a moment ago is used again"
    plures("topology", "plan", "split", "--measure")
    assert len(measured) == 2
    early = plures("topology", "plan", "split", "--verify")
    assert early.exit_code == 2
    assert "plan.nothing_measured" in early.stderr
    keep(data, replace(kept(data, "split"), made=int((time() - 100) * 1e6)))
    (data / "telemetry.db").unlink()
    write(data, "search", "rest")
    for names in (("split",), ()):
        result = plures("topology", "plan", *names, "--verify")
        assert result.exit_code == 0, result.output
        assert "predicted, and measured since" in result.stdout
        assert "processor time" in result.stdout
    told = json.loads(plures("topology", "plan", "split", "--verify", "--json").stdout)
    assert told["verified"][0]["requests"] > 0


def test_mistakes_are_told_before_anything_is_measured(plures: Run, project: Path, measured: list[str]) -> None:
    data = project / ".plures"
    told = [
        (("splitt",), "topology.unknown"),
        (("split",), "telemetry.none"),
        (("split", "--verify"), "plan.none"),
        (("--verify",), "plan.none"),
    ]
    for arguments, code in told:
        result = plures("topology", "plan", *arguments)
        assert result.exit_code == 2
        assert code in result.stderr
    data.mkdir()
    (data / "telemetry.db").write_bytes(b"no database at all" * 100)
    assert "telemetry.unreadable" in plures("topology", "plan", "split").stderr
    assert measured == []
