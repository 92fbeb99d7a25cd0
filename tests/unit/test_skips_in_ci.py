"""The rule of tests/skips.py, tried on a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

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


def outcome(folder: Path, test: str, *, ci: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "skips.py", folder / "conftest.py")
    (folder / "test_sample.py").write_text(test)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        "-c",
        os.devnull,
        ".",
    ]
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("test", [BY_TEST, BY_FILE])
def test_a_skip_fails_with_ci(tmp_path: Path, test: str) -> None:
    finished = outcome(tmp_path, test, ci="true")
    assert finished.returncode not in (0, 5)
    assert "With CI=true nothing may be skipped" in finished.stdout
    assert "needs the frobnicator" in finished.stdout


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    finished = outcome(tmp_path, BY_TEST, ci="")
    assert finished.returncode == 0
    assert "1 skipped" in finished.stdout


def test_an_expected_failure_stays_expected_with_ci(tmp_path: Path) -> None:
    finished = outcome(tmp_path, EXPECTED_TO_FAIL, ci="true")
    assert finished.returncode == 0
    assert "1 xfailed" in finished.stdout
