"""Where Alembic's scripts are, and what is said when they are not there, or Alembic is not."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from plures.data import AlembicMigrations, check_migrations, open_database
from plures.errors import InvalidInput

from .writing import revision, table, written


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with another in it."""
    orders = tmp_path / "alembic_shop" / "orders"
    orders.mkdir(parents=True)
    (orders.parent / "__init__.py").touch()
    (orders / "capability.py").touch()
    written(orders / "alembic")
    (orders / "nothing").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    return orders


@pytest.mark.parametrize(
    ("scripts", "reason"),
    [
        ("alembic_shop.orders:alembic", ""),
        ("alembic_shop:orders/alembic", ""),
        ("alembic_shop.orders.capability:alembic", ""),
        ("alembic_shop.orders:nothing", "has no env.py"),
        ("alembic_shop.orders:migrations", "is not there"),
        ("alembic_shop.orders:alembic.ini", "is not there"),
        ("alembic_shop.prices:alembic", "is in no package"),
        ("no_shop.orders:alembic", "is in no package"),
        (":alembic", "is in no package"),
        ("..shop:alembic", "is in no package"),
        ("hello/alembic", "would depend on the folder in which the application is started"),
        (Path("/nowhere/else"), "is not there"),
    ],
)
@pytest.mark.usefixtures("shop")
async def test_where_they_are(tmp_path: Path, scripts: str | Path, reason: str) -> None:
    migrations = AlembicMigrations(scripts)
    found = check_migrations("orders", migrations)
    assert [(one.code, one.where) for one in found] == [("data.alembic_place", "migrations of orders")] * bool(reason)
    assert all(reason in one.what for one in found)
    if reason:
        with pytest.raises(InvalidInput):
            await open_database(tmp_path / "data", "orders", migrations)
        assert not (tmp_path / "data").exists()


def test_without_alembic_it_says_what_to_install(tmp_path: Path) -> None:
    scripts = written(tmp_path / "scripts")
    revision(scripts, "a1", None, table("a"))
    program = f"""
import asyncio, sys
from pathlib import Path
sys.modules["alembic"] = None
from plures.data import AlembicMigrations, AlembicMissing, open_database
try:
    asyncio.run(open_database(Path({str(tmp_path)!r}), "orders", AlembicMigrations({str(scripts)!r})))
except AlembicMissing as error:
    print(error.code, error.fix)
"""
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert finished.stdout == "data.alembic_missing Install it: pip install 'plures[alembic]'\n"
