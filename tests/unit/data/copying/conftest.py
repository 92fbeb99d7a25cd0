"""What there is to copy: an application with its data in files, and one on a server."""

from pathlib import Path

import pytest

from plures.data import copies
from tests.postgres import Postgres

from .in_files import fill, owners, tell
from .on_server import FILL, Shop, new_shop


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """A backup of two databases with 3 pieces of tea each."""
    for capability in ("inventory", "orders"):
        await fill(tmp_path / "first", capability)
    copies.back_up(owners(tmp_path / "first"), tmp_path / "backup", tell)
    return tmp_path / "backup"


@pytest.fixture
async def shop(postgres: Postgres, tmp_path: Path) -> Shop:
    """With two shelves, two pieces and a third number given."""
    made = await new_shop(postgres, tmp_path)
    await made.change(made.server("stock"), "INSERT INTO shelf VALUES (7, 'upper')", *FILL)
    return made
