"""docs/guides/telemetry.md: its commands are typed, on a store with the request that the page is about, and print what it shows."""

import re
import shlex
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from plures.cli import main
from plures.telemetry import Noted, Rate, SpanKind, Subject, Telemetry, Trace
from plures.telemetry.store import LogLine, ProcessName, Store

from .pages import ROOT, blocks

ID = "6718d2d38bef16c6251d755b0741ce9a"
ROUTE = Subject(SpanKind.SERVER, "GET /")
CALL = Subject(SpanKind.CLIENT, "greeting/Greet", "greeting", "the edge", "remote", "hello.greeting.v1")
SERVED = replace(CALL, kind=SpanKind.SERVER, caller="", placement="")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")

STEPS = [
    (command.removeprefix("plures "), promised)
    for block in blocks((ROOT / "docs/guides/telemetry.md").read_text(), "text")
    for command, promised in block.steps()
]


def request(folder: Path, id_: str, ago_s: float) -> None:
    """The request of the page: the edge asks another process, which takes its time."""
    began = monotonic() - ago_s
    web, greeting = (Telemetry(Rate(1, 1e6)) for _ in range(2))
    here, there = Trace(id_, kept_for="drawn"), Trace(id_, kept_for="drawn")
    route, call = here.next_span(), here.next_span()
    here.note(Noted(CALL, call, route, began + 248e-6, began + 11.608e-3))
    here.note(Noted(ROUTE, route, 0, began, began + 12.009e-3))
    there.above = here.span_id(call)
    there.note(Noted(SERVED, there.next_span(), 0, began + 3.95e-3, began + 11.31e-3))
    web.recorder.close(here)
    greeting.recorder.close(there)
    for telemetry, subject, name in ((web, ROUTE, "web"), (greeting, SERVED, "greeting")):
        meter = telemetry.meter(subject)
        meter.begun = meter.ended = 3
        meter.buckets[250] = 3
        store = Store(folder, telemetry, ProcessName(name, 1))
        store.put_log(LogLine(store.now_us(), 30, "hello", "a declined card", id_))
        store.write()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "plures.toml").write_text('[application]\nimport = "hello:app"\n')
    request(folder / ".plures", "ab" * 16, 600)
    request(folder / ".plures", ID, 1)
    return folder


def shape(line: str) -> str:
    """A line, without the moment that it tells of, without single microseconds, and without blanks for alignment."""
    return " ".join(re.sub(r"\d+ µs", "# µs", MOMENT.sub("WHEN", line)).split())


@pytest.mark.parametrize(("command", "promised"), STEPS, ids=[command for command, _ in STEPS])
def test_what_the_page_shows_is_printed(
    command: str, promised: list[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "120")
    # Nothing here goes on, and no two sets of a day are at the times of the page.
    words = [word.replace("15:00", "5m") for word in shlex.split(command) if word != "-f"]
    ran = CliRunner().invoke(main, [*words, *(["--once"] if words == ["top"] else [])])
    assert ran.exit_code == 0, ran.output
    printed = {shape(line) for line in ran.stdout.splitlines()}
    if words[0] == "trace" and words[1] != "compare":
        assert [line for line in map(shape, promised) if line not in printed] == [], ran.stdout
    else:
        # Figures of a moment: that there are columns of these names is what the page promises.
        heads = [shape(line) for line in promised if line.startswith("capability")]
        assert ran.stdout
        assert [head for head in heads if head not in printed] == [], ran.stdout


def test_the_page_has_commands() -> None:
    assert len(STEPS) >= 7
