"""Processes that start together make one file between them."""

import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from plures.telemetry.store.opening import is_damaged, open_file

FOLDERS = 60
AT_ONCE = 4


@pytest.fixture
def turns() -> Generator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("turns")
def test_a_file_that_another_process_makes_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def open_together(folder: Path, together: threading.Barrier) -> None:
        together.wait()
        try:
            open_file(folder, 30.0).close()
        except Exception as error:  # noqa: BLE001 - each one counts
            # One that finds it busy comes again with what it has to write next.
            if is_damaged(error):
                failures.append(error)

    for number in range(FOLDERS):
        together = threading.Barrier(AT_ONCE)
        threads = [
            threading.Thread(target=open_together, args=(tmp_path / str(number), together)) for _ in range(AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
