"""docs/guides/mapped.md: both of its classes do the same on both databases."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plures.testing import open_database
from tests.postgres import postgres

from .pages import ROOT, blocks

__all__ = ["postgres"]


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    for block in blocks((ROOT / "docs/guides/mapped.md").read_text(), "python"):
        if block.path.startswith("hello/guests/"):
            block.write(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("contract", "tables", "plain", "mapped")
    yield {name: importlib.import_module(f"hello.guests.{name}") for name in names}
    for name in [name for name in sys.modules if name.partition(".")[0] == "hello"]:
        del sys.modules[name]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("way", ["PlainGuests", "MappedGuests"])
async def test_the_same_either_way(
    modules: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest, way: str, database: str
) -> None:
    place = tmp_path / "data" if database == "sqlite" else await request.getfixturevalue("postgres").schema()
    opened = await open_database(place, "guests", [modules["tables"].TABLES])
    guests = (getattr(modules["plain"], way, None) or getattr(modules["mapped"], way))(opened)
    assert [await guests.enter(name) for name in ("Ada", "Ada", "Grace")] == [1, 2, 1]
    with pytest.raises(modules["contract"].NameTaken) as caught:
        await guests.rename("Grace", "Ada")
    assert caught.value.name == "Ada"
    await guests.rename("Grace", "Edsger")
    await guests.rename("Nobody", "Somebody")
    assert [(entry.name, entry.visits) for entry in await guests.book()] == [("Ada", 2), ("Edsger", 1)]
    await opened.close()
