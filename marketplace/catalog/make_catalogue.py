"""Makes the shop's catalogue from WordNet.

    python -m marketplace.catalog.make_catalogue /usr/share/wordnet

It reads ``data.noun`` of a WordNet 3.0 ``dict`` folder, picks and shelves its nouns as ``assortment.toml`` says, and writes
``catalogue.json.xz`` beside this file. The same input gives the same file.
"""

import sys
from collections import Counter
from pathlib import Path

from marketplace.catalog.assortment import Assortment, Shelf
from marketplace.catalog.branding import Branding, rules
from marketplace.catalog.contract import Category, Product
from marketplace.catalog.copywriting import description
from marketplace.catalog.naming import Namer, kind_of
from marketplace.catalog.packaged import Catalogue, save
from marketplace.catalog.pictures import Drawings
from marketplace.catalog.wordnet import Nouns, read_nouns

HERE = Path(__file__).parent


def make_products(nouns: Nouns, assortment: Assortment) -> tuple[list[Product], dict[str, str]]:
    """A product for each noun that is for sale, in the order of their ids, and the drawing of each that has one."""
    namer, branding, drawings = Namer(nouns), Branding(rules()), Drawings(nouns)
    products: list[Product] = []
    drawn: dict[str, str] = {}
    for noun in nouns.things:
        shelf = assortment.shelf_for(noun)
        if shelf is not None:
            name = namer.name(noun)
            id_, kind = namer.product_id(name), kind_of(name)
            brand = branding.brand(id_, kind, shelf, noun.gloss)
            words = description(noun.gloss, brand)
            synonyms = namer.synonyms(noun, name)
            products.append(Product(id_, brand.name(kind), words, shelf, synonyms, kind, brand.house, brand.variant))
            drawn[id_] = drawings.drawing_for(noun, shelf, id_)
    return sorted(products, key=lambda product: product.id), {id_: each for id_, each in drawn.items() if each}


def make_categories(shelves: list[Shelf], products: list[Product]) -> list[Category]:
    """A category for each shelf that has products, with their number."""
    counts = Counter(product.category_id for product in products)
    counts.update(product.category_id.partition("/")[0] for product in products)
    return [
        Category(id=shelf.id, name=shelf.name, products=counts[shelf.id], parent_id=shelf.parent_id)
        for shelf in shelves
        if counts[shelf.id]
    ]


def main(folder: str) -> None:
    """Read the WordNet in ``folder`` and write the catalogue."""
    nouns = read_nouns(Path(folder))
    assortment = Assortment(HERE / "assortment.toml", nouns)
    products, drawings = make_products(nouns, assortment)
    categories = make_categories(assortment.shelves, products)
    save(Catalogue(tuple(categories), tuple(products), drawings))
    sys.stdout.write(f"{len(products)} products in {len(categories)} categories, {len(drawings)} of them drawn\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
