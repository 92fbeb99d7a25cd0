"""Makes the opening stock from the catalogue's file.

    python -m marketplace.inventory.make_opening_stock marketplace/catalog/catalogue.json.xz

Stock depends on nothing but the product's id. Few products are sold out, some are scarce, and of most there are plenty.
"""

import hashlib
import json
import lzma
import sys
from pathlib import Path

from marketplace.inventory.opening_stock import save


def pieces(product_id: str) -> int:
    """How many pieces of a product there are when the shop opens."""
    share, amount = hashlib.sha256(f"stock {product_id}".encode()).digest()[:2]
    if share < 0.03 * 256:
        return 0
    if share < 0.12 * 256:
        return 1 + amount % 4
    return 20 + 2 * amount


def main(catalogue: str) -> None:
    """Write ``opening_stock.json.xz`` beside this file."""
    products = json.loads(lzma.decompress(Path(catalogue).read_bytes()))["products"]
    save({product[0]: pieces(product[0]) for product in products})
    sys.stdout.write(f"stock of {len(products)} products\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
