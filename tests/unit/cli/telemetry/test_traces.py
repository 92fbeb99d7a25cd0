"""`plures trace`: traces are found, drawn, and compared."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from click.testing import Result
from msgspec.structs import replace

from plures.telemetry import KEPT_IN, Noted, Trace
from tests.unit.cli.telemetry.conftest import GET, ONE_ID, REMOTE_ID, ROUTE, Written

Run = Callable[..., Result]


@pytest.fixture
def trace(plures: Run, tmp_path: Path) -> Run:
    return lambda *arguments: plures("trace", *arguments, "--data", str(tmp_path))


def test_traces_are_listed_the_newest_first(trace: Run, written: Written) -> None:
    written.split()
    written.write()
    written.one()
    written.write()
    lines = trace("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["trace", ONE_ID, REMOTE_ID]
    assert lines[2].endswith("GET /product")
    found = json.loads(trace("list", "--json").stdout)
    assert [each["trace"] for each in found] == [ONE_ID, REMOTE_ID]
    assert found[1]["spans"] == 5
    assert found[1]["processes"] == ["edge.1", "search.1"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--faults"], [REMOTE_ID]),
        (["--over", "90ms"], [REMOTE_ID]),
        (["--over", "1h"], []),
        (["--operation", "stock/Get"], [ONE_ID, REMOTE_ID]),
        (["--operation", "stock/Get", "--faults"], []),
        (["--caller", "search"], [ONE_ID, REMOTE_ID]),
        (["--capability", "orders"], []),
        (["--code", "unavailable"], [REMOTE_ID]),
        (["--attribute", "http.response.status_code=200"], [REMOTE_ID]),
        (["--since", "10m"], [ONE_ID, REMOTE_ID]),
        (["--until", "10m"], []),
        (["--limit", "1"], [ONE_ID]),
    ],
)
def test_filters(trace: Run, written: Written, asked: list[str], found: list[str]) -> None:
    written.split(code="unavailable")
    written.write()
    written.one()
    written.write()
    assert [each["trace"] for each in json.loads(trace("list", *asked, "--json").stdout)] == found


@pytest.mark.parametrize("asked", [["--since", "yesterday"], ["--over", "long"], ["--attribute", "x"]])
def test_what_cannot_be_asked_is_a_mistake(trace: Run, written: Written, asked: list[str]) -> None:
    written.write()
    result = trace("list", *asked)
    assert result.exit_code == 2
    assert asked[1] in result.stderr


def test_a_trace_is_a_tree_over_processes_with_its_critical_path(trace: Run, written: Written) -> None:
    part = written.split(code="unavailable")
    written.log("stock is low", trace=REMOTE_ID, span=part.span_id(1), level=30, ago_s=0.02)
    written.log("who wrote this?", trace=REMOTE_ID, span=1, ago_s=0.02)
    written.write()
    said = trace("show", REMOTE_ID).stdout
    lines = [line for line in said.splitlines() if "●" in line]
    assert [line[lines[0].index("●") :] for line in lines] == [
        "● GET /product  failed: unavailable",
        "└─ ● search/Find (remote)  failed: unavailable",
        "   └─ ● search/Find  failed: unavailable",
        "      ├─ ● stock/Get",
        "      └─ ● stock/Get",
    ]
    assert "5 spans in edge.1, search.1  3 faults" in said
    assert "warning shop.search: stock is low" in said
    assert said.rstrip().endswith("info shop.search: who wrote this?")

    told = json.loads(trace("show", REMOTE_ID, "--json").stdout)
    assert [each["depth"] for each in told["spans"]] == [0, 1, 2, 3, 3]
    # The path is no longer and no shorter than the trace.
    assert sum(each["critical_us"] for each in told["spans"]) == told["spans"][0]["lasted_us"]
    assert [each["parent"] for each in told["spans"][1:3]] == [each["span"] for each in told["spans"][:2]]
    assert told["spans"][0]["attributes"] == {"http.response.status_code": 200}
    assert [each["message"] for each in told["logs"]] == ["stock is low", "who wrote this?"]


def test_a_trace_is_named_by_the_beginning_of_its_id_or_by_its_request(trace: Run, written: Written) -> None:
    from plures.telemetry import trace_id_of

    written.one(trace_id_of("order 4711"))
    written.one()
    written.split()
    written.write()
    for text in (REMOTE_ID[:10], REMOTE_ID.upper(), f" {REMOTE_ID} "):
        assert json.loads(trace("show", text, "--json").stdout)["trace"] == REMOTE_ID
    assert json.loads(trace("show", "order 4711", "--json").stdout)["trace"] == trace_id_of("order 4711")

    several = trace("show", "4bf92f35")
    assert several.exit_code == 2
    assert "cli.several_traces" in several.stderr
    assert REMOTE_ID in several.stderr
    assert ONE_ID in several.stderr
    none = trace("show", f"{REMOTE_ID[:-1]}7")
    assert "cli.trace_not_found" in none.stderr
    assert REMOTE_ID in none.stderr
    assert "plures trace list" in trace("show", "\x1b[2Jnonsense").stderr


def test_what_repeats_itself_is_folded(trace: Run, written: Written) -> None:
    written.split(gets=40)
    written.write()
    said = trace("show", REMOTE_ID).stdout
    assert said.count("stock/Get") == 6, "one in what the end waited for, the first three, the longest, and the fold"
    assert "… 36 more of stock/Get" in said
    assert trace("show", REMOTE_ID, "--all").stdout.count(" stock/Get") == 41


def test_a_trace_of_50_000_spans_one_within_the_other(trace: Run, written: Written) -> None:
    made, now = Trace(ONE_ID, kept_for="drawn"), monotonic()
    many = 50_000
    for number in range(many):
        made.note(Noted(GET if number else ROUTE, number + 1, number, now - 1 + number / 1e6, now - number / 1e6))
        if number % 5_000 == 0 or number == many - 1:
            written.telemetry["edge"].recorder.close(made)
            written.write()
    said = trace("show", ONE_ID).stdout
    assert said.count("● stock/Get") + said.count("○ stock/Get") == many - 1
    assert max(map(len, said.splitlines())) < 200


def test_spans_that_never_came_are_told(trace: Run, written: Written) -> None:
    written.split()
    # The process of the callers was killed before it could write.
    written.stores["search"].write()
    said = trace("show", REMOTE_ID).stdout
    assert "of which the caller is not there" not in said, "it may be part of what a client does"
    assert "3 spans in search.1" in said


def test_names_move_no_cursor(trace: Run, written: Written) -> None:
    hostile = replace(ROUTE, name="GET /\x1b[2J\r\n\x9b31m\u202e\u2028x")
    made = Trace(ONE_ID, kept_for="drawn")
    now = monotonic()
    made.note(Noted(hostile, made.next_span(), 0, now - 1, now, "\x1b]0;x\x07"))
    written.telemetry["edge"].recorder.close(made)
    written.write()
    for said in (trace("list").stdout, trace("show", ONE_ID).stdout, trace("compare", ONE_ID, ONE_ID).stdout):
        assert r"GET /\x1b[2J\r\n\x9b31m\u202e\u2028x" in said
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", said)


def test_one_process_against_many(trace: Run, written: Written) -> None:
    written.one()
    written.split()
    written.write()
    said = trace("compare", ONE_ID, REMOTE_ID).stdout
    assert "in edge.1, search.1" in said
    told = json.loads(trace("compare", ONE_ID, REMOTE_ID, "--json").stdout)
    one, many = ({each["name"]: each for each in told[side]["operations"]} for side in "ab")
    assert (one["search/Find"]["remote"], many["search/Find"]["remote"]) == (0, 1)
    assert one["search/Find"]["way_p50_us"] is None
    assert many["search/Find"]["way_p50_us"] == pytest.approx(10_000, abs=2)
    assert (one["stock/Get"]["calls"], many["stock/Get"]["calls"]) == (1, 2)
    for side in (told["a"], told["b"]):
        assert sum(each["path_us"] for each in side["operations"]) == pytest.approx(side["p50_us"], abs=1)


def test_sets_of_traces_are_compared(trace: Run, written: Written) -> None:
    for number in range(3):
        written.one(f"{number:032x}")
        written.split(f"{number + 16:032x}", code="unavailable")
    written.write()
    told = json.loads(trace("compare", "operation=search/Find,over=1ms", "faults", "--json").stdout)
    assert (told["a"]["traces"], told["b"]["traces"]) == (6, 3)
    none = trace("compare", "operation=nonsense", ONE_ID)
    assert "cli.nothing_to_compare" in none.stderr
    assert "is no filter" in trace("compare", "nonsense=1", ONE_ID).stderr


@pytest.mark.parametrize("command", [["trace", "list"], ["trace", "show", "a"], ["logs"], ["top", "--once"]])
def test_what_is_said_where_nothing_can_be_read(plures: Run, tmp_path: Path, command: list[str]) -> None:
    for content, code in ((None, "telemetry.none"), (b"no database" * 1000, "telemetry.unreadable")):
        if content is not None:
            (tmp_path / KEPT_IN).write_bytes(content)
        result = plures(*command, "--data", str(tmp_path))
        assert result.exit_code == 2
        assert code in result.stderr
        assert "fix: " in result.stderr
    assert (tmp_path / KEPT_IN).read_bytes().startswith(b"no database"), "who reads changes nothing"


def test_nothing_is_like_that(trace: Run, written: Written) -> None:
    written.write()
    written.log("x")
    written.write()
    assert trace("list").stdout.startswith("No trace is kept yet.")
    assert trace("list", "--faults").stdout == "No trace that is kept is like that.\n"
