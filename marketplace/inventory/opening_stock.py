"""The stock with which the shop opens. This module reads its file and writes it."""

import json
import lzma
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("opening_stock.json.xz")


def load() -> dict[str, int]:
    """Pieces by product id."""
    document: dict[str, int] = json.loads(lzma.decompress(FILE.read_bytes()))
    return document


def save(stock: Mapping[str, int]) -> None:
    """Write the stock, for ``make_opening_stock``."""
    FILE.write_bytes(lzma.compress(json.dumps(stock).encode(), preset=9 | lzma.PRESET_EXTREME))
