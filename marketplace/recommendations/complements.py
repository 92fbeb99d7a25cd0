"""What people use together: beside a coat a scarf, not another coat."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

TABLE: Final = Path(__file__).with_name("complements.toml")


def complements_of(product_id: str, category_id: str) -> tuple[str, ...]:
    """The products that go with this one. Others of its shelf get them in another order, so that not all show the same."""
    department, _, _ = category_id.partition("/")
    found = [each for each in complements().get(category_id) or complements().get(department, ()) if each != product_id]
    start = crc32(product_id.encode()) % len(found) if found else 0
    return (*found[start:], *found[:start])


@cache
def complements() -> dict[str, tuple[str, ...]]:
    """For each shelf, or for all shelves of a department, what goes with its goods."""
    return {
        category_id: tuple(ids.split()) for category_id, ids in tomllib.loads(TABLE.read_text(encoding="utf-8")).items()
    }
