"""`plures run --reload` starts the application again when a file of it changes, whatever was wrong with it before."""

import os
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from .programs import PATIENCE_S, Program

Start = Callable[..., Program]
FREE = ("--port", "0", "--control-port", "0")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_changes_within_one_second_that_leave_the_size_as_it_is(
    plures: Start, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By these two, Python tells whether the bytecode that it has kept is that of a file."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    file = site / "till_app.py"
    running = plures("run", "--reload", *FREE)
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 1, rung 1 times"
    saved_ns = file.stat().st_mtime_ns
    changed = site / "till_app.new"
    changed.write_text(file.read_text().replace("VERSION = 1", "VERSION = 2"))
    os.utime(changed, ns=(saved_ns, saved_ns // 10**9 * 10**9 + (saved_ns + 1) % 10**9))
    changed.rename(file)
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 2, rung 2 times"


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_change_starts_it_again(plures: Start, site: Path) -> None:
    running = plures("run", "--reload", "--port", "0", "--control-port", "0")
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 1, rung 1 times"
    change(site / "till_app.py", "VERSION = 1", "VERSION = 2")
    running.line(r"^changed: till_app\.py; starting again$")
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 2, rung 2 times"

    (site / ".plures" / "note.txt").write_text("no source")
    change(site / "till_app.py", "VERSION = 2", "VERSION = = 2")
    running.line(r"^error: Cannot load 'till_app:app'")
    running.line(r"fix: Correct the syntax there\.$")
    change(site / "till_app.py", "VERSION = = 2", "VERSION = 3")
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 3, rung 3 times"

    [child] = children(running.process.pid)
    assert running.end(signal.SIGTERM) == 0
    assert not alive(child)
    assert running.output.count("changed:") == 3
    assert "Traceback" not in running.output
    assert "\x1b" not in running.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_what_it_runs(plures: Start, number: signal.Signals) -> None:
    running = plures("run", "--reload", "--port", "0", "--control-port", "0")
    running.line("^till: ")
    [child] = children(running.process.pid)
    assert running.end(number) == 0
    assert "stopping" in running.output
    assert not alive(child)


def test_a_supervisor_that_is_killed_takes_what_it_runs_with_it(plures: Start) -> None:
    running = plures("run", "--reload", "--port", "0", "--control-port", "0")
    running.line("^till: ")
    [child] = children(running.process.pid)
    running.process.send_signal(signal.SIGKILL)
    running.process.wait(PATIENCE_S)
    until = time.monotonic() + PATIENCE_S
    try:
        while alive(child) and time.monotonic() < until:
            time.sleep(0.05)
        assert not alive(child)
    finally:
        if alive(child):
            os.kill(child, signal.SIGKILL)


WRITES = """
import json, pathlib, time
pathlib.Path(__file__).with_name("cache.json").write_text(json.dumps(time.time()))
pathlib.Path(__file__).with_name("same.html").write_text("always the same")
"""


def test_what_the_application_writes_when_it_starts_is_no_endless_loop(plures: Start, site: Path) -> None:
    (site / "till_app.py").write_text((site / "till_app.py").read_text() + WRITES)
    running = plures("run", "--reload", *FREE)
    running.line(r"^cache\.json: changed soon after each of the last 3 starts, so the application seems to write it\.")
    change(site / "till_app.py", "VERSION = 1", "VERSION = 2")
    running.line(r"^changed: till_app\.py; starting again$")
    running.line("^till: ")
    assert running.end(signal.SIGTERM) == 0
    # The first start writes both files anew.
    assert running.output.count("changed:") <= 4


WRITES_CODE = """
import pathlib, time
pathlib.Path(__file__).with_name("till_version.py").write_text(f"BUILT_AT = {time.time()}")
"""


def test_code_that_the_application_writes_when_it_starts_is_no_endless_loop(plures: Start, site: Path) -> None:
    (site / "till_app.py").write_text((site / "till_app.py").read_text() + WRITES_CODE)
    running = plures("run", "--reload", *FREE)
    running.line(r"^till_version\.py: changed soon after each of the last 3 starts; if the application writes it, ")
    running.line(r"^till_version\.py: not started again, since it changed soon after each start")
    change(site / "till_app.py", "VERSION = 1", "VERSION = 2")
    running.line(r"^changed: till_app\.py; starting again$")
    running.line("^till: ")
    assert running.end(signal.SIGTERM) == 0
    assert running.output.count("changed:") <= 8


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any bytes as a name")
@pytest.mark.parametrize("is_folder", [True, False])
def test_names_that_are_no_utf_8_are_looked_after_too(plures: Start, site: Path, is_folder: bool) -> None:
    folder = site / os.fsdecode(b"caf\xe9") if is_folder else site
    folder.mkdir(exist_ok=True)
    for name in ("till_app.py", "plures.toml"):
        (site / name).rename(folder / name)
    running = plures("run", "--file", str(folder / "plures.toml"), "--reload", *FREE)
    running.line("^till: ")
    odd = folder / os.fsdecode(b"na\xefve.json")
    odd.write_text("{}")
    change(folder / "till_app.py", "VERSION = 1", "VERSION = 2")
    while get(running.line(r"^till: (\S+)$")[1]).startswith("version 1"):
        pass
    assert running.end(signal.SIGTERM) == 0
    assert re.search(
        r"^changes cannot be watched \(.+\); looking for them once in a second instead$", running.output, re.MULTILINE
    )
    assert "Traceback" not in running.output


def test_what_is_excluded_does_not_count(plures: Start, site: Path) -> None:
    (site / "till_app.py").write_text((site / "till_app.py").read_text() + WRITES)
    running = plures("run", "--reload", "--reload-exclude", "*.json", "--reload-exclude", "same.html", *FREE)
    running.line("^till: ")
    change(site / "till_app.py", "VERSION = 1", "VERSION = 2")
    running.line(r"^changed: till_app\.py; starting again$")
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 2, rung 1 times"
    assert running.end(signal.SIGTERM) == 0
    assert running.output.count("changed:") == 1


def test_a_project_below_an_ignored_name_and_folders_that_are_renamed(plures: Start, site: Path) -> None:
    folder = site / ".venv" / "build"
    (folder / "pages" / "old").mkdir(parents=True)
    (folder / "pages" / "old" / "home.html").write_text("1")
    (site / "till_app.py").rename(folder / "till_app.py")
    (site / "plures.toml").rename(folder / "plures.toml")
    running = plures("run", "--file", str(folder / "plures.toml"), "--reload", *FREE)
    running.line("^till: ")
    change(folder / "till_app.py", "VERSION = 1", "VERSION = 2")
    running.line(r"^changed: till_app\.py; starting again$")
    assert get(running.line(r"^till: (\S+)$")[1]) == "version 2, rung 1 times"
    (folder / "pages" / "old").rename(folder / "pages" / "new")
    running.line(r"^changed: home\.html; starting again$")
    running.line("^till: ")
    assert running.end(signal.SIGTERM) == 0
