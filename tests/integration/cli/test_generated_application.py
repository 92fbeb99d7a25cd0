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


def test_a_saga_that_is_written_into_it(tmp_path: Path) -> None:
    with program(tmp_path, *PLURES, "new", "my-shop") as creating:
        assert creating.end() == 0, creating.output
    folder = tmp_path / "my-shop"
    with program(folder, *PLURES, "new", "saga", "order_tea") as creating:
        assert creating.end() == 0, creating.output
    app = folder / "my_shop" / "app.py"
    text = app.read_text()
    text = text.replace("from .web", "from .order_tea.capability import order_tea\nfrom .web")
    app.write_text(text.replace("[greeting]", "[greeting, order_tea]"))
    with program(folder, *PLURES, "topology", "check") as checking:
        assert (checking.end(), checking.output) == (0, "ok  monolith\nok  split\n")
    new = ("my_shop/order_tea", "tests/test_order_tea.py")
    ruff = (sys.executable, "-m", "ruff")
    for command in (
        (*ruff, "check", "--isolated", "--select", "E,F,I,B,UP,W", *new),
        (*ruff, "format", "--isolated", "--check", *new),
        (sys.executable, "-m", "mypy", "--strict", "my_shop", "tests/test_order_tea.py"),
    ):
        with program(folder, *command) as checking:
            assert checking.end() == 0, checking.output
    with program(folder, sys.executable, "-m", "pytest", "-q", "-W", "error", "tests/test_order_tea.py") as testing:
        assert testing.end() == 0, testing.output
        assert "3 passed" in testing.output
    begin = "my_shop.order_tea.v1.OrderTea/Begin"
    with program(folder, *PLURES, "run", "--port", "0", "--control-port", "0") as running:
        running.line(r"^health, contracts and calls")
        with program(folder, *PLURES, "call", begin, "saga_id=a", 'wish={"item": "tea", "pieces": 99}') as calling:
            assert calling.end() == 1, calling.output
        with program(folder, *PLURES, "sagas", "list", "--state", "compensated") as listing:
            assert listing.end() == 0, listing.output
            assert "order_tea.order_tea  a   1        compensated" in listing.output
