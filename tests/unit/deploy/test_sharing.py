"""What an import may leave behind that forked processes cannot share."""

import mmap
import os
import random
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plures.deploy.replica.files import Files
from plures.deploy.replica.sharing import Holdings, holdings, unfit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="replicas are forked on Linux alone")


@contextmanager
def left(what: str) -> Generator[object]:
    """Something that an import might leave behind."""
    match what:
        case "thread":
            ending = threading.Event()
            thread = threading.Thread(target=ending.wait, name="poll")
            thread.start()
            yield thread
            ending.set()
            thread.join()
        case "file":
            with Path(__file__).open() as file:
                yield file
        case "memory":
            with mmap.mmap(-1, 4096) as memory:
                yield memory
        case "child":
            with subprocess.Popen([sys.executable, "-I", "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
                yield child
        case "generator":
            generator = random.Random()
            yield generator
        case _:
            # Their numbers come from the system, or begin anew after a fork.
            fit = random.SystemRandom(), random.random(), threading.Lock()
            yield fit


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("thread", "a thread (poll)"),
        ("file", f"an open file or connection ({__file__})"),
        ("memory", "shared memory"),
        ("generator", "a generator of random numbers (random.Random)"),
        ("nothing", ""),
    ],
)
def test_what_is_left_behind_is_named(what: str, words: str) -> None:
    before = holdings()
    with left(what):
        now = holdings()
    # Other tests of this process may have started some.
    assert unfit(before, now._replace(has_children=False)) == words


def test_a_process_that_was_started_is_named() -> None:
    with left("child"):
        assert holdings().has_children
    empty = Holdings({}, {}, frozenset(), (), has_children=False)
    assert unfit(empty, empty) == ""
    assert unfit(empty, empty._replace(has_children=True)) == "a process that it has started"
    assert unfit(empty, empty._replace(threads={"7": ""})) == "a thread (of a library)"


def test_files_of_modules_that_change_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "plures_test_of_files.py"
    module.write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, module.stem, __import__(module.stem))
    written = module.stat().st_mtime_ns
    assert not Files(written + 1).have_changed()
    # Written while it was imported: before that, or after?
    assert Files(written).have_changed()
    files = Files(2**63)
    assert not files.have_changed()
    os.utime(module, ns=(written, written + 1))
    assert files.have_changed()
    os.utime(module, ns=(written, written))
    assert not files.have_changed()
    module.unlink()
    assert files.have_changed()
