"""The price list that comes with the shop. This module reads its file and writes it."""

import json
import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("price_list.json.xz")


class Listed(NamedTuple):
    """Prices of one product in cents: without and with today's discount."""

    regular: int
    unit: int


def load() -> dict[str, Listed]:
    """All prices by product id."""
    document: dict[str, tuple[int, int]] = json.loads(lzma.decompress(FILE.read_bytes()))
    return {product_id: Listed(*prices) for product_id, prices in document.items()}


def save(prices: Mapping[str, Listed]) -> None:
    """Write the list, for ``make_price_list``."""
    FILE.write_bytes(lzma.compress(json.dumps(prices).encode(), preset=9 | lzma.PRESET_EXTREME))
