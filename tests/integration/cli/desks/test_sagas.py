"""`plures sagas`, while the application runs and while it does not."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.access import shown_to
from tests.integration.cli.desks.asking import plures, told, until
from tests.integration.cli.programs import PLURES, Program, program

TOML = '[application]\nimport = "orders_app:{}"\n\n[topology.split]\nbank = {{ capabilities = ["payments"] }}\nrest = {{ capabilities = ["*"] }}\n'
ORDER = "orders.ordering.v1.Ordering/Order"
ORDERS = "orders.ordering.v1.Ordering/Orders"
MEND = "orders.payments.v1.Payments/Mend"
RING = "orders.ordering.v1.Ordering/Ring"
PLACING = "ordering.placing"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "orders_app.py").write_text(Path(__file__).with_name("orders_app.py").read_text())
    (tmp_path / "plures.toml").write_text(TOML.format("app"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def running(folder: Path, topology: str = "monolith") -> Iterator[Program]:
    with program(folder, *PLURES, "run", "--topology", topology, "--port", "0", "--control-port", "0") as started:
        started.line(r"^health, contracts and calls" if topology == "monolith" else r"ready")
        until(lambda: plures("call", ORDERS).exit_code == 0)
        yield started


def sagas(*arguments: str) -> Any:
    return told("sagas", *arguments)


def begin(**kinds: str) -> None:
    for name, kind in kinds.items():
        assert plures("call", ORDER, f"id={name}", f"kind={kind}").exit_code == 0


def states() -> dict[str, str]:
    every = [f"--state={state}" for state in ("running", "compensating", "parked", "completed", "compensated")]
    return {each["id"]: each["state"] for each in sagas("list", *every)}


def stopped_with(folder: Path, **kinds: str) -> None:
    """Sagas of these kinds have come as far as they can, and nothing runs."""
    expected = {"easy": "completed", "hard": "compensated", "final": "parked", "stuck": "parked", "sleeps": "running"}
    with running(folder) as program:
        begin(**kinds)
        until(lambda: states() == {name: expected[kind] for name, kind in kinds.items()})
        assert program.end(signal.SIGTERM) == 0


def test_what_is_parked_is_seen_and_decided_while_it_runs(folder: Path) -> None:
    with running(folder) as program:
        begin(a="final", b="final", c="stuck", d="easy", e="sleeps")
        until(lambda: states() == {"a": "parked", "b": "parked", "c": "parked", "d": "completed", "e": "running"})
        (count,) = sagas("status")
        assert (count["capability"], count["saga"], count["version"]) == ("ordering", "placing", 1)
        assert (count["running"], count["compensating"], count["parked"]) == (1, 0, 3)
        at = re.search(r"health, contracts and calls: (\S+)", program.output)
        assert at is not None
        listed = httpx.get(f"{at[1]}/contracts", headers=shown_to(folder / ".plures")).json()["contracts"]
        (listing,) = [contract["sagas"] for contract in listed if contract["capability"] == "ordering"]
        assert listing == [{name: value for name, value in count.items() if name != "capability"}]
        plures("call", MEND)
        assert sagas("resume", PLACING, "a") == {"resumed": 1}
        assert sagas("compensate", PLACING, "b") == {"taken_back": 1, "past_point_of_no_return": 1}
        assert sagas("resume", "--step", "undo payments.give_back") == {"resumed": 1}
        until(
            lambda: (
                states() == {"a": "completed", "b": "compensated", "c": "compensated", "d": "completed", "e": "running"}
            )
        )
        assert sagas("compensate", "--saga", PLACING, "--state", "running") == {
            "taken_back": 1,
            "past_point_of_no_return": 0,
        }
        until(lambda: states()["e"] == "compensated")
        assert sagas("status") == []
    assert "plures sagas resume ordering.placing 'a'" in program.output


def test_what_is_decided_while_it_is_stopped_is_done_when_it_runs(folder: Path) -> None:
    stopped_with(folder, a="final", b="final", c="sleeps")
    told = plures("sagas", "compensate", PLACING, "a")
    assert told.stdout.splitlines() == [
        "1 saga is being taken back.",
        "It had passed the point of no return: look whether others rely on what was done.",
        "The application does not run; it goes on with them when it does.",
    ]
    assert sagas("compensate", PLACING, "c") == {"taken_back": 1, "past_point_of_no_return": 0}
    assert plures("sagas", "close", PLACING, "b").stdout == "1 saga is closed.\n"
    with running(folder):
        until(lambda: states() == {"a": "compensated", "b": "compensated", "c": "compensated"})


def test_sagas_of_a_backup_are_decided_by_a_person(folder: Path) -> None:
    """The application is killed, and its databases are put back as they were a while ago."""
    with running(folder) as program:
        begin(a="easy", b="sleeps", c="waits")
        until(lambda: states() == {"a": "completed", "b": "running", "c": "running"})
        until(lambda: [each["step"] for each in sagas("list", "--id", "b")] == ["sleep"])
        until(lambda: len(sagas("show", PLACING, "c")["steps"]) == 1)
        assert plures("data", "backup", "kept").exit_code == 0
        plures("call", RING)
        until(lambda: states()["c"] == "completed")
        program.end(signal.SIGKILL)
    restored = plures("data", "restore", "kept", "--replace")
    assert restored.exit_code == 0
    assert "1 saga is parked in ordering: what it has done since the backup is not known.\n" in restored.stdout
    assert told("data", "restore", "kept", "--replace")["parked_sagas"] == {"ordering": 1}
    with running(folder):
        assert states() == {"a": "completed", "b": "running", "c": "parked"}
        assert "restored from a backup" in sagas("show", PLACING, "c")["saga"]["error"]
        plures("call", RING)
        assert sagas("resume", "--all") == {"resumed": 1}
        until(lambda: states() == {"a": "completed", "b": "running", "c": "completed"})


def test_each_process_is_asked_for_its_own_sagas(folder: Path) -> None:
    with running(folder, "split"):
        begin(a="final")
        until(lambda: states() == {"a": "parked"})
        plures("call", MEND)
        assert sagas("resume", "--all") == {"resumed": 1}
        until(lambda: states() == {"a": "completed"})


def test_people_get_lines_that_can_be_searched(folder: Path) -> None:
    stopped_with(folder, a="final", b="easy", c="stuck")
    assert f"{PLACING}  1        0        0             2       " in plures("sagas", "status").stdout
    listed = plures("sagas", "list", "ordering").stdout
    assert [line for line in listed.splitlines() if line.startswith(f"{PLACING}  a")]
    assert "4111" not in listed, "what a saga was begun with is shown of one at a time"
    assert " b " not in listed, "what has ended is not listed unless it is asked for"
    shown = plures("sagas", "show", PLACING, "c").stdout
    for line in (
        "  state     parked, was compensating",
        "  turned    back at payments.take",
        "cannot be taken back: Declined: The bank takes no cards now.",
        '"card": "4111"',
    ):
        assert line in shown
    assert re.search(r"^1 +record +answered ", shown, re.MULTILINE)
    assert re.search(r"^2 +payments.take +failed ", shown, re.MULTILINE)
    assert sagas("list", "--id", "b", "--state", "completed", "--version", "1")[0]["step"] == "record"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("show", PLACING, "x"), "cli.saga_not_found", "plures sagas list --saga ordering.placing"),
        (("show", PLACING, "order-77"), "cli.saga_not_found", "Did you mean 'order-7'?"),
        (("show", "placing", "order-7"), "cli.no_such_saga", "Did you mean 'ordering.placing'?"),
        (("show", "ordering.plasing", "order-7"), "cli.no_such_saga", "Did you mean 'ordering.placing'?"),
        (("list", "--saga", "shipping.x"), "cli.no_such_saga", "there are ordering.placing"),
        (("status", "orderin"), "cli.begins_no_sagas", "Did you mean 'ordering'?"),
        (("list", "payments"), "cli.begins_no_sagas", "those that do are ordering"),
        (("resume",), "cli.no_saga_chosen", "are to be resumed"),
        (("compensate", PLACING), "cli.no_saga_chosen", "--all"),
        (("resume", PLACING, "order-7"), "cli.saga_not_changed", "it has ended: it is completed"),
        (("compensate", PLACING, "order-7"), "cli.saga_not_changed", "cannot be taken back"),
        (("close", PLACING, "order-7"), "cli.saga_not_changed", "cannot be closed"),
        (("resume", PLACING, "asleep"), "cli.saga_not_changed", "it sleeps until "),
    ],
)
def test_mistakes_are_explained(ended: Path, arguments: tuple[str, ...], code: str, says: str) -> None:
    result = plures("sagas", *arguments, "--json")
    assert result.exit_code == 2, result.output
    error = json.loads(result.stderr)
    assert error["code"] == code
    assert says in json.dumps(error, ensure_ascii=False)


def test_a_topology_names_them(folder: Path) -> None:
    assert plures("topology", "show", "split").stdout.endswith("\nSagas: ordering.placing.\n")
    processes = json.loads(plures("topology", "show", "split", "--json").stdout)["processes"]
    assert {process["name"]: process["sagas"] for process in processes} == {"bank": [], "rest": ["ordering.placing"]}


def test_where_no_start_has_made_a_database_yet(folder: Path) -> None:
    assert sagas("list") == []
    assert sagas("resume", "--all") == {"resumed": 0}
    assert json.loads(plures("sagas", "show", PLACING, "a", "--json").stderr)["code"] == "cli.saga_not_found"
    assert not (folder / ".plures" / "ordering.sqlite3").exists()


@pytest.mark.parametrize("code", ["newer", "without_sagas"])
def test_a_version_that_is_gone_is_named_and_seen(folder: Path, code: str) -> None:
    stopped_with(folder, a="final")
    (folder / "plures.toml").write_text(TOML.format(code))
    with program(folder, *PLURES, "run", "--port", "0", "--control-port", "0") as refused:
        assert refused.end() == 2
    assert "sagas.version_gone" in refused.output
    assert "placing version 1" in refused.output
    assert "plures sagas list ordering" in refused.output
    (left,) = sagas("list", "ordering")
    assert (left["id"], left["version"], left["state"]) == ("a", 1, "parked")
    assert sagas("list") == [left]
    assert sagas("show", PLACING, "a")["saga"]["error"] == left["error"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which some sagas have ended; the tests only look."""
    folder = tmp_path_factory.mktemp("orders")
    (folder / "orders_app.py").write_text(Path(__file__).with_name("orders_app.py").read_text())
    (folder / "plures.toml").write_text(TOML.format("app"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        stopped_with(folder, **{"order-7": "easy", "asleep": "sleeps"})
    return folder


@pytest.fixture
def ended(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    return made
