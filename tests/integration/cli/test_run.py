"""`plures run` as a user meets it: addresses, taken ports, folders it cannot have, and how it ends."""

import signal
import socket
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .programs import Program

Start = Callable[..., Program]
ANYWHERE = ("--port", "0", "--control-port", "0")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def assert_clean(running: Program) -> None:
    assert "Traceback" not in running.output
    assert "\x1b" not in running.output


@pytest.mark.parametrize(
    "topology", [(), ("--topology", "split"), ("--development",)], ids=["one", "split", "development"]
)
def test_it_runs_until_it_is_told_to_end(plures: Start, site: Path, topology: tuple[str, ...]) -> None:
    running = plures("run", *ANYWHERE, *topology)
    public = running.line(r"(?:till|the application): (http://127\.0\.0\.1:\d+)$")[1]
    control = running.line(r"health, contracts and calls.*: (http://127\.0\.0\.1:\d+)$")[1]
    assert get(public) == "version 1, rung 1 times"
    assert get(public) == "version 1, rung 2 times"
    assert "ready" in get(f"{control}/health/ready")
    assert (site / ".plures" / "till.sqlite3").is_file()
    assert running.end(signal.SIGTERM) == 0
    running.line("stopping: requests in flight are answered first")
    assert_clean(running)
    again = plures("run", *ANYWHERE, *topology)
    assert get(again.line(r"(?:till|the application): (\S+)$")[1]) == "version 1, rung 3 times"
    assert again.end(signal.SIGINT) == 0
    assert_clean(again)


def test_an_explicit_port_that_is_taken_is_a_mistake(plures: Start, taken: int) -> None:
    for arguments in (("--port", str(taken), "--control-port", "0"), ("--port", "0", "--control-port", str(taken))):
        running = plures("run", *arguments)
        assert running.end() == 2
        assert running.output.splitlines() == [
            f"error: Cannot listen on port {taken} of 127.0.0.1  [deploy.port_taken]",
            "  why: another program listens there",
            "  fix: Stop that program, or name another port (0 takes any that is free).",
        ]


def test_a_default_port_that_is_taken_is_moved_from(plures: Start) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", 8000))
            other.listen()
        except OSError:
            # Another program has it already, which is as good.
            pass
        running = plures("run", "--control-port", "0")
        moved = running.line(r"^port 8000 is taken; using (\d+)$")[1]
        assert get(running.line(r"^till: (\S+)$")[1]).startswith("version 1")
        assert f"till: http://127.0.0.1:{moved}\n" in running.said
        assert running.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--topology", "splt"], ["There is no topology 'splt'", "Did you mean 'split'?"]),
        (["--file", "absent.toml"], ["There is no file absent.toml", "plures new NAME"]),
        (["--reload", "--file", "absent/plures.toml"], ["There is no file plures.toml"]),
        (["--data", "till_app.py"], ["till_app.py", "File exists", "name another one"]),
        (["--data", "till_app.py/deeper"], ["till_app.py", "Not a directory", "name another one"]),
        (["--host", "192.0.2.1"], ["Cannot listen on 192.0.2.1", "0.0.0.0"]),
        (["--host", "no such host"], ["Cannot listen on no such host"]),
    ],
)
def test_mistakes(plures: Start, arguments: list[str], says: list[str]) -> None:
    port = () if "--host" in arguments else ("--port", "0")
    running = plures("run", *port, "--control-port", "0", *arguments)
    assert running.end() == 2
    assert [words for words in says if words not in running.output] == []
    assert running.output.startswith("error: ")
    assert_clean(running)


def test_a_mistake_that_only_a_process_of_its_own_meets(plures: Start) -> None:
    running = plures("run", *ANYWHERE, "--topology", "split", "--data", "till_app.py")
    assert running.end() == 2
    assert "error: till.1 cannot start" in running.output
    assert "name another one" in running.output
    assert_clean(running)


def test_a_database_that_another_process_has(plures: Start) -> None:
    first = plures("run", *ANYWHERE)
    first.line("^till: ")
    second = plures("run", *ANYWHERE)
    assert second.end() == 2
    assert "[data.locked]" in second.output or "another process" in second.output
    assert_clean(second)
    assert first.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("line", "says"), [("def (", "invalid syntax"), ("1 / 0", "ZeroDivisionError"), ("app = 5", "type int")]
)
def test_an_application_that_cannot_be_imported(plures: Start, site: Path, line: str, says: str) -> None:
    with (site / "till_app.py").open("a") as file:
        file.write(f"\n{line}\n")
    running = plures("run", *ANYWHERE)
    assert running.end() == 2
    assert "[application.not_loaded]" in running.output
    assert says in running.output
    assert_clean(running)


def test_interrupted_before_it_listens(plures: Start, site: Path) -> None:
    module = site / "till_app.py"
    module.write_text("import time\nprint('importing', flush=True)\ntime.sleep(60)\n" + module.read_text())
    running = plures("run", *ANYWHERE)
    running.line("importing")
    assert running.end(signal.SIGINT) == 130
    assert_clean(running)
