"""The catalogue that comes with the shop. This module reads its file and writes it."""

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.catalog.contract import Category, Product

FILE = Path(__file__).with_name("catalogue.json.xz")


@dataclass(frozen=True)
class Catalogue:
    """All categories, each parent directly before its children, and all products, in the order of their ids."""

    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    # The name of the drawing of each product that has one.
    drawings: Mapping[str, str] = field(default_factory=dict[str, str])


def load() -> Catalogue:
    """Read the catalogue; that takes about 0.1 s."""
    document = json.loads(lzma.decompress(FILE.read_bytes()))
    categories = (Category(id=id_, name=name, products=n, parent_id=up) for id_, name, n, up in document["categories"])
    products: list[Product] = []
    drawings: dict[str, str] = {}
    for id_, name, text, category, synonyms, kind, brand, variant, drawing in document["products"]:
        products.append(Product(id_, name, text, category, tuple(synonyms), kind, brand, variant))
        if drawing:
            drawings[id_] = drawing
    return Catalogue(tuple(categories), tuple(products), drawings)


def save(catalogue: Catalogue) -> None:
    """Write the catalogue, for ``make_catalogue``."""
    document = {
        "categories": [(each.id, each.name, each.products, each.parent_id) for each in catalogue.categories],
        "products": [(*_row(each), catalogue.drawings.get(each.id, "")) for each in catalogue.products],
    }
    FILE.write_bytes(lzma.compress(json.dumps(document).encode(), preset=9 | lzma.PRESET_EXTREME))


def _row(product: Product) -> tuple[object, ...]:
    return (
        product.id,
        product.name,
        product.description,
        product.category_id,
        product.synonyms,
        product.kind,
        product.brand,
        product.variant,
    )
