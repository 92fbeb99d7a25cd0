import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .programs import PLURES, Program, program

TOML = """
[application]
import = "till_app:app"

[topology.split]
till = { capabilities = ["till"] }
shop = { capabilities = ["*"] }
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the application."""
    shutil.copy(Path(__file__).with_name("till_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    return tmp_path


@pytest.fixture
def plures(site: Path) -> Iterator[Callable[..., Program]]:
    """Starts `plures` in the folder of the application; it ends with the test."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(program(site, *PLURES, *arguments))
