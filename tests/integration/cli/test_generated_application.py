"""What `plures new` writes runs, and its own test passes in every placement."""

import signal
import sys
import urllib.request
from pathlib import Path

from .programs import PLURES, program


def test_it_runs_and_its_test_passes(tmp_path: Path) -> None:
    with program(tmp_path, *PLURES, "new", "my-shop") as creating:
        assert creating.end() == 0, creating.output
    folder = tmp_path / "my-shop"
    with program(folder, *PLURES, "topology", "check") as checking:
        assert (checking.end(), checking.output) == (0, "ok  monolith\nok  split\n")
    with program(folder, *PLURES, "run", "--topology", "split", "--port", "0", "--control-port", "0") as running:
        public = running.line(r"the application: (\S+)$")[1]
        with urllib.request.urlopen(f"{public}/?name=Ada", timeout=60) as answer:
            assert answer.read() == b"Hello, Ada! This is greeting number 1.\n"
        assert running.end(signal.SIGTERM) == 0
        assert "Traceback" not in running.output
    with program(folder, sys.executable, "-m", "pytest", "-q", "-W", "error") as testing:
        assert testing.end() == 0, testing.output
        assert "8 passed" in testing.output
