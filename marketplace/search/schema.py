"""What the index holds of each product: its fields, and how much a match in each counts."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import tantivy

from marketplace.catalog.contract import Product
from marketplace.search.words import PLAIN, STEMMED

# The fields in which we look for a word, and how much a match counts. Rare words count more by themselves.
WORD_FIELDS: Final = {
    "name_plain": 6.0,
    "name": 5.0,
    "synonyms": 4.0,
    "category": 1.5,
    "brand": 1.0,
    "description": 1.0,
}
# A visitor who types a whole name means that product.
WHOLE_FIELDS: Final = {"whole_name": 6.0, "whole_synonym": 2.0}
CATEGORY: Final = "category_id"
# Of two equal matches, the one with more reviews comes first. Twenty times the reviews add half of the score again.
_POPULARITY_WEIGHT: Final = 0.17
# We add this many usual ratings to each product, so that a single rating of 5 stars is not the best of all.
_DOUBTS, _USUAL_STARS = 5, 3.6


@dataclass(frozen=True)
class IndexEntry:
    """What the index knows about a product. Prices are minor units; without ratings, ``average`` is 0."""

    product: Product
    category_names: str
    price: int
    average: float = 0.0
    ratings: int = 0


def kind_of(product: Product) -> str:
    """What kind of thing a product is; its name where that is not said."""
    return product.kind or product.name


def schema() -> tantivy.Schema:
    """The fields of `documents`, and how the index keeps each of them."""
    builder = tantivy.SchemaBuilder()
    for field in WORD_FIELDS:
        tokenizer = PLAIN if field == "name_plain" else STEMMED
        builder.add_text_field(field, tokenizer_name=tokenizer, index_option="freq")
    for field in (*WHOLE_FIELDS, CATEGORY):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic", fast=True)
    for field in ("number", "name_rank"):
        builder.add_unsigned_field(field, fast=True)
    builder.add_unsigned_field("price", fast=True, indexed=True)
    builder.add_float_field("average", fast=True, indexed=True)
    for field in ("esteem", "weight"):
        builder.add_float_field(field, fast=True)
    return builder.build()


def documents(entries: Sequence[IndexEntry]) -> Iterator[dict[str, object]]:
    """A document for each entry; ``number`` is its place in the sequence."""
    by_name = sorted(range(len(entries)), key=lambda number: entries[number].product.name.lower())
    ranks = {number: rank for rank, number in enumerate(by_name)}
    for number, entry in enumerate(entries):
        product = entry.product
        yield {
            "number": number,
            "name_rank": ranks[number],
            "whole_name": [kind_of(product).lower(), product.name.lower()],
            "whole_synonym": [synonym.lower() for synonym in product.synonyms],
            "name_plain": kind_of(product),
            "name": kind_of(product),
            "synonyms": list(product.synonyms),
            "description": product.description,
            "category": entry.category_names,
            "category_id": [product.category_id, product.category_id.partition("/")[0]],
            "price": entry.price,
            "average": entry.average,
            "esteem": (entry.average * entry.ratings + _USUAL_STARS * _DOUBTS) / (entry.ratings + _DOUBTS),
            "weight": 1.0 + _POPULARITY_WEIGHT * math.log1p(entry.ratings),
        }
