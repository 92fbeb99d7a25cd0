"""What tests/skips.py, tests/leftovers.py and tests/postgres.py promise, tried on tests of their own, with and without workers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PASSED, FAILED, NONE_COLLECTED = 0, 1, 5

BY_TEST = """
import pytest

def test_needs_a_tool():
    pytest.skip("needs the frobnicator")
"""
BY_FILE = """
import pytest

pytest.importorskip("no_such_module_anywhere", reason="needs the frobnicator")
"""
EXPECTED_TO_FAIL = """
import pytest

@pytest.mark.xfail(strict=True)
def test_known_gap():
    assert False
"""
LEFT_BEHIND = """
class Unclosed:
    def __init__(self):
        self.me = self

    def __del__(self):
        raise ValueError("never closed")

def test_forgets_to_close():
    Unclosed()
"""
KILLED = """
import os, signal
from tests.postgres import running

servers = running()
postgres = next(servers)
print(postgres.server.pgdata, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(params=[(), ("-p", "xdist", "-n", "1")], ids=["one process", "worker"])
def way(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """How `make test` runs tests: those that ARGS chooses in one process, all of them in workers."""
    options: tuple[str, ...] = request.param
    return options


def outcome(folder: Path, rule: str, test: str, *options: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / rule, folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (folder / "test_sample.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    # The other plugins only cost time here.
    environment = {**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
    )


@pytest.mark.parametrize("test", [BY_TEST, BY_FILE], ids=["test", "file"])
def test_a_skip_fails_with_ci(tmp_path: Path, test: str, way: tuple[str, ...]) -> None:
    finished = outcome(tmp_path, "skips.py", test, *way, ci="true")
    assert finished.returncode not in (PASSED, NONE_COLLECTED)
    assert "With CI=true nothing may be skipped" in finished.stdout
    assert "needs the frobnicator" in finished.stdout


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path, way: tuple[str, ...]) -> None:
    finished = outcome(tmp_path, "skips.py", BY_TEST, *way)
    assert finished.returncode == PASSED
    assert "1 skipped" in finished.stdout


def test_an_expected_failure_stays_expected_with_ci(tmp_path: Path, way: tuple[str, ...]) -> None:
    finished = outcome(tmp_path, "skips.py", EXPECTED_TO_FAIL, *way, ci="true")
    assert finished.returncode == PASSED
    assert "1 xfailed" in finished.stdout


def test_what_the_last_test_leaves_behind_fails(tmp_path: Path, way: tuple[str, ...]) -> None:
    finished = outcome(tmp_path, "leftovers.py", LEFT_BEHIND, *way)
    assert finished.returncode == FAILED
    assert "ValueError: never closed" in finished.stdout


def test_a_server_ends_with_the_tests_that_started_it_also_when_they_are_killed() -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    # Its folder goes when it has ended.
    folder = Path(killed.stdout.strip())
    until = time.monotonic() + 60
    while folder.exists():
        assert time.monotonic() < until, f"the server in {folder} still runs"
        time.sleep(0.05)
