"""The log of `plures run`: one format in every topology, the request in each line, and an error of the user's once."""

import json
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .programs import PLURES, Program, program

Start = Callable[..., Program]
ANYWHERE = ("--port", "0", "--control-port", "0")
PLACED = pytest.mark.parametrize(
    "placed", [(), ("--topology", "split"), ("--development",)], ids=["one", "split", "dev"]
)
TOML = """
[application]
import = "logs_app:app"
[topology.split]
stock = { capabilities = ["stock"] }
shop = { capabilities = ["*"] }
"""
IDENTITY = "customer-7"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(Path(__file__).with_name("logs_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    return tmp_path


@pytest.fixture
def plures(folder: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(program(folder, *PLURES, *arguments))


def ask(url: str, request_id: str | None = IDENTITY) -> tuple[str | None, str]:
    """The id and the text of an answer, of a failure too."""
    headers = {} if request_id is None else {"X-Request-Id": request_id}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.headers["X-Request-Id"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.headers["X-Request-Id"], error.read().decode()


def output(plures: Start, *options: str, ways: tuple[str, ...]) -> list[str]:
    """All that a run says that is asked for some pages."""
    running = plures("run", *ANYWHERE, *options)
    url = running.line(r'(?:logs|the application): (http://127\.0\.0\.1:\d+)"?')[1]
    for way in ways:
        ask(f"{url}/{way}")
    assert running.end(signal.SIGTERM) == 0
    return running.output.splitlines()


def objects(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line != "printed"]


@PLACED
def test_the_request_id_goes_with_every_call(plures: Start, placed: tuple[str, ...]) -> None:
    running = plures("run", *ANYWHERE, *placed)
    url = running.line(r"(?:logs|the application): (\S+)$")[1]
    assert ask(url + "/tea") == (IDENTITY, IDENTITY)
    running.line(rf"INFO .*shop \[{IDENTITY}\]: counting tea")
    made, text = ask(url + "/tea", None)
    assert made == text
    running.line(rf"INFO .*shop \[{made}\]: counting tea")
    for bad in ("x" * 129, "two words", "caf\xe9"):
        assert ask(url + "/tea", bad)[0] not in (bad, made)


@PLACED
def test_an_error_is_shown_once_with_the_frames_of_the_user(plures: Start, placed: tuple[str, ...]) -> None:
    lines = output(plures, *placed, ways=("broken",))
    shown = "\n".join(lines)
    assert shown.count("ValueError: no such item") == 1
    assert shown.count("KeyError: 'broken'") == 1
    assert shown.count("in _look") == 2
    assert "frames of plures left out)" in shown or "frame of plures left out)" in shown
    assert f"{Path('plures') / 'runtime'}" not in shown
    assert "uvicorn" not in shown
    elsewhere = [line for line in lines if "failed inside" in line]
    assert len(elsewhere) == (1 if placed == ("--topology", "split") else 0)
    assert all(line.endswith(f"under request {IDENTITY}") for line in elsewhere)


@PLACED
def test_an_error_of_the_edge_is_shown_once(plures: Start, placed: tuple[str, ...]) -> None:
    shown = "\n".join(output(plures, *placed, ways=("edge",)))
    assert shown.count("RuntimeError: edge bug") == 1
    assert f"plures.edge [{IDENTITY}]: GET /edge failed" in shown
    assert "uvicorn" not in shown.replace("plures, uvicorn left out", "")


@PLACED
def test_every_line_of_json_is_an_object(plures: Start, placed: tuple[str, ...]) -> None:
    lines = output(plures, *placed, "--log-format", "json", ways=("tea", "broken", "old"))
    told = objects(lines)
    assert all({"time", "level", "logger", "message"} <= set(each) for each in told)
    counting = [each for each in told if each["message"].startswith("counting")]
    process = "stock.1" if "split" in placed else "main"
    assert [(c["process"], c["capability"], c["request_id"], c["extra"]) for c in counting] == [
        (process, "stock", IDENTITY, {"item": item}) for item in ("tea", "broken", "old")
    ]
    [failed] = [each["exception"] for each in told if "exception" in each]
    assert (failed["type"], failed["message"]) == ("ValueError", "no such item")
    assert "in _look" in failed["stack"]
    assert [each["level"] for each in told if each["logger"] == "py.warnings"] == ["warning"]
    printed = [each for each in told if each["message"] == "printed"]
    assert len(printed) + lines.count("printed") == 2


@PLACED
def test_an_operation_that_blocks_the_event_loop_is_named(plures: Start, placed: tuple[str, ...]) -> None:
    running = plures("run", *ANYWHERE, *placed)
    url = running.line(r"(?:logs|the application): (\S+)$")[1]
    assert ask(url + "/blocking") == (IDENTITY, IDENTITY)
    running.line(rf"WARNING .*plures.blocked \[{IDENTITY}\]: logs.stock.v1.Stock/Count holds the event loop for ")
    running.line(r"logs_app.py:\d+ in _block$")
    running.line(r"logs_app.py:\d+ in count$")
    running.line(r"WARNING .*plures.blocked: the event loop goes on after ")


def test_levels_of_loggers(plures: Start, folder: Path) -> None:
    (folder / "plures.toml").write_text(f'{TOML}[logging]\nlevel = "error"\nlevels = {{ shop = "debug" }}\n')
    shown = "\n".join(output(plures, ways=("tea",)))
    assert "showing tea" in shown
    shown = "\n".join(output(plures, "--log-level", "shop=error", "--log-level", "plures.access=debug", ways=("tea",)))
    assert "showing tea" not in shown
    assert f"DEBUG   main plures.access [{IDENTITY}]: GET /tea: 200 in " in shown


def test_wrong_options_are_all_told(plures: Start) -> None:
    running = plures("run", *ANYWHERE, "--log-format", "jsn", "--log-level", "loud", "--log-level", "a=b")
    assert running.end() == 2
    assert running.output.splitlines()[0] == "error: The command line has 3 problems  [plures.invalid_input]"
    assert "Did you mean 'json'?" in running.output
    assert "Traceback" not in running.output


def test_a_mistake_is_one_object_too(plures: Start, folder: Path) -> None:
    (folder / "plures.toml").write_text('[application]\nimport = "nowhere:app"\n')
    running = plures("run", *ANYWHERE, "--log-format", "json")
    assert running.end() == 2
    [told] = objects(running.output.splitlines())
    assert (told["level"], told["error"]["code"]) == ("error", "application.not_loaded")


@pytest.mark.parametrize("options", [(), ("--topology", "split")], ids=["one", "split"])
def test_a_start_that_fails_shows_the_users_frames(plures: Start, folder: Path, options: tuple[str, ...]) -> None:
    topology = '[topology.split]\nshop = { capabilities = ["*"], replicas = 2 }\n'
    (folder / "plures.toml").write_text(f'[application]\nimport = "logs_app:failing"\n{topology}')
    running = plures("run", *ANYWHERE, *options)
    assert running.end() == 2
    assert "in _fail" in running.output
    assert "OSError: not today" in running.output
    assert str(Path("plures") / "host") not in running.output
    assert "raised OSError while it started" in running.output
