"""`plures events`, while the application runs and while it does not."""

import json
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from plures.deploy import find_runs
from tests.access import shown_to
from tests.integration.cli.desks.asking import plures, told, until
from tests.integration.cli.programs import PLURES, Program, program

TOML = '[application]\nimport = "papers_app:{}"\n\n[topology.split]\npress = {{ capabilities = ["press"] }}\nrest = {{ capabilities = ["*"] }}\n'
PRINT = "papers.press.v1.Press/Print"
HEARD = "papers.reader.v1.Reader/Heard"
TYPE = "papers.press.v1.IssuePrinted"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "papers_app.py").write_text(Path(__file__).with_name("papers_app.py").read_text())
    (tmp_path / "plures.toml").write_text(TOML.format("app"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def running(folder: Path, topology: str = "monolith") -> Iterator[Program]:
    with program(folder, *PLURES, "run", "--topology", topology, "--port", "0", "--control-port", "0") as started:
        started.line(r"^health, contracts and calls" if topology == "monolith" else r"ready")
        until(lambda: plures("call", HEARD).exit_code == 0)
        yield started


def events(*arguments: str) -> Any:
    return told("events", *arguments)


def heard() -> list[int]:
    return list(json.loads(plures("call", HEARD, "--json").stdout).get("value", []))


def show(*papers: tuple[str, int]) -> None:
    for paper, number in papers:
        assert plures("call", PRINT, f"paper={paper}", f"number={number}").exit_code == 0


def park(folder: Path) -> None:
    """Ten attempts take some minutes."""
    with closing(sqlite3.connect(folder / ".plures" / "press.sqlite3")) as connection, connection:
        connection.execute("UPDATE plures_failures SET state = 'parked', attempts = 10 WHERE state = 'retrying'")


def parked_while_stopped(folder: Path) -> None:
    with running(folder) as program:
        show(("easy", 1), ("hard", 2), ("hard", 3), ("easy", 4))
        until(lambda: heard() == [1, 4] and len(events("parked", "--all")) == 2)
        assert program.end(signal.SIGTERM) == 0
    park(folder)


def test_what_is_parked_is_seen_and_resubmitted_while_it_runs(folder: Path) -> None:
    parked_while_stopped(folder)
    with running(folder):
        (count,) = events("status")
        assert (count["backlog"], count["parked"], count["waiting"]) == (0, 1, 1)
        (parked,) = events("parked")
        assert (parked["key"], parked["sequence"], parked["attempts"]) == ("hard", 2, 10)
        # The cause of a failure in another process is in its log alone.
        assert "Hear" in parked["error"]
        details = events("show", "2")
        assert details["event"]["type"] == TYPE
        assert details["standings"] == [{"subscription": "reader.hear", "state": "parked"}]
        assert events("show", details["event"]["id"]) == details
        plures("call", "papers.reader.v1.Reader/LearnToRead")
        assert events("resubmit", "reader.hear", "2") == {"resubmitted": 1}
        until(lambda: heard() == [1, 4, 2, 3] and events("parked", "--all") == [])
        assert events("resubmit", "reader.hear", "--all") == {"resubmitted": 0}, (
            "what was delivered is not delivered again"
        )


def test_what_is_discarded_while_it_is_stopped_lets_those_behind_it_follow(folder: Path) -> None:
    parked_while_stopped(folder)
    assert events("discard", "reader.hear", "--key", "hard") == {"discarded": 1}
    (waiting,) = events("parked", "--all")
    assert (waiting["sequence"], waiting["state"]) == (3, "retrying")
    with running(folder):
        plures("call", "papers.reader.v1.Reader/LearnToRead")
        until(lambda: heard() == [1, 4, 3])


def test_each_process_is_asked_for_its_own_events(folder: Path) -> None:
    with running(folder, "split"):
        show(("easy", 1), ("easy", 2))
        until(lambda: heard() == [1, 2])
        listed = events("list")
        assert [(event["sequence"], event["key"], event["publisher"]) for event in listed] == [
            (1, "easy", "press"),
            (2, "easy", "press"),
        ]
        assert events("list", "press", "--after", "1", "--type", TYPE, "--key", "easy") == listed[1:]
        assert events("list", "--key", "hard") == []
        the_dashboard_of_each_process_tells_of_all_and_mends_where_it_is(folder)


def the_dashboard_of_each_process_tells_of_all_and_mends_where_it_is(folder: Path) -> None:
    [run] = find_runs(folder / ".plures").running
    [other] = [at for at in run.control if at not in run.capabilities["press"]]
    with httpx.Client(base_url=other, headers=shown_to(folder / ".plures")) as asked:

        def parked() -> Any:
            told = asked.get("/api/events").json()
            assert told["silent"] == []
            assert [each["publisher"] for each in told["subscriptions"]] == ["press"]
            return told["parked"]

        def is_parked() -> bool:
            park(folder)
            return bool(parked())

        show(("hard", 3))
        until(is_parked)
        [told] = parked()
        assert (told["publisher"], told["subscription"], told["key"]) == ("press", "reader.hear", "hard")
        assert "Hear" in told["reason"]
        plures("call", "papers.reader.v1.Reader/LearnToRead")
        wanted = {"capability": "press", "subscription": "reader.hear"}
        refused = httpx.post(f"{other}/api/events", json=wanted)
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
        assert asked.post("/api/events", json=wanted).json() == {"value": 1}
        until(lambda: heard() == [1, 2, 3] and parked() == [])
        assert asked.post("/api/events", json={"capability": "reader", "subscription": "x"}).status_code == 404
        assert asked.post("/api/events", json={}).status_code == 400


def test_the_contract_listing_says_how_subscriptions_fare(folder: Path) -> None:
    with running(folder) as program:
        show(("easy", 1))
        until(lambda: heard() == [1])
        at = re.search(r"health, contracts and calls: (\S+)", program.output)
        assert at is not None

        def press() -> Any:
            listing = httpx.get(f"{at[1]}/contracts", headers=shown_to(folder / ".plures")).json()
            return next(contract for contract in listing["contracts"] if contract["capability"] == "press")

        assert [event["name"] for event in press()["events"]] == [TYPE]
        until(lambda: press()["subscriptions"][0]["backlog"] == 0)
        (subscription,) = press()["subscriptions"]
        assert (subscription["subscription"], subscription["parked"]) == ("reader.hear", 0)


def test_people_get_lines_that_can_be_searched(folder: Path) -> None:
    parked_while_stopped(folder)
    assert f"reader.hear   {TYPE} of press" in plures("events", "status").stdout
    assert "reader.hear   2         hard  parked" in plures("events", "parked").stdout
    (line,) = [line for line in plures("events", "list").stdout.splitlines() if line.startswith("3 ")]
    assert TYPE in line
    assert "hard" in line
    assert "reader.hear: parked" in plures("events", "show", "2").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "99"), "cli.event_not_found"),
        (("show", "no-such-id"), "cli.event_not_found"),
        (("status", "pres"), "cli.no_such_publisher"),
        (("list", "reader"), "cli.no_such_publisher"),
        (("resubmit", "reader.hear"), "cli.nothing_chosen"),
        (("resubmit", "reader.her", "1"), "cli.no_such_subscription"),
        (("forget", "reader.her"), "cli.no_such_subscription"),
    ],
)
def test_mistakes_are_explained(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    result = plures("events", *arguments, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stderr)["code"] == code


def test_a_subscription_that_is_gone_is_forgotten_on_purpose_only(folder: Path) -> None:
    with running(folder) as first:
        show(("easy", 1))
        until(lambda: heard() == [1])
        assert first.end(signal.SIGTERM) == 0
    (folder / "plures.toml").write_text(TOML.format("without_reader"))
    with program(folder, *PLURES, "run", "--port", "0", "--control-port", "0") as refused:
        assert refused.end() == 2
    assert "events.subscription_gone" in refused.output
    assert "plures events forget" in refused.output
    assert events("forget", "reader.hear") == {"forgotten": "reader.hear"}
    with program(folder, *PLURES, "run", "--port", "0", "--control-port", "0") as again:
        again.line(r"^health, contracts and calls")
