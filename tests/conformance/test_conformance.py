"""The official conformance suite of the Connect protocol passes, as it is: README.md says what it covers."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.golang import go, go_environment

pytestmark = pytest.mark.go

ROOT: Final = Path(__file__).parents[2]
SUITE: Final = "connectrpc.com/conformance/cmd/connectconformance@v1.0.7"
CASES: Final = {"server": 292, "client": 323}
"""So many cases are in the suite for what the configurations beside this file say that we have."""


@pytest.fixture(scope="session")
def connectconformance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The referee. Go keeps what it has built, so only the first time takes long."""
    folder = tmp_path_factory.mktemp("bin")
    environ = go_environment() | {"GOBIN": str(folder), "GOFLAGS": ""}
    subprocess.run([go(), "install", SUITE], env=environ, check=True, timeout=600)
    return folder / "connectconformance"


@pytest.mark.parametrize("mode", CASES)
def test_the_official_suite_passes(connectconformance: Path, mode: str) -> None:
    command = [connectconformance, "--mode", mode, "--conf", ROOT / "tests/conformance" / f"{mode}.yaml", "--"]
    under_test = [sys.executable, "-m", f"tests.conformance.{mode}"]
    finished = subprocess.run(
        [*command, *under_test], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    told = finished.stdout + finished.stderr
    assert finished.returncode == 0, told
    [(passed, failed)] = re.findall(r"^(\d+) passed, (\d+) failed", told, re.MULTILINE)
    # Were there fewer cases, the suite would pass as well.
    assert (int(passed), int(failed)) == (CASES[mode], 0), told
