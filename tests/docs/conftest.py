"""A reader with an empty folder, who presses Ctrl-C at the end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .reader import Reader


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    if shutil.which("curl") is None:
        pytest.skip("needs curl, which the pages show")
    reader = Reader(tmp_path)
    yield reader
    reader.stop()
