"""What shoppers look for: the names and ids of the catalogue's products."""

from functools import cache
from random import Random
from typing import NamedTuple

from marketplace.catalog.packaged import load

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Goods(NamedTuple):
    """One product as a shopper knows it: by the kind of thing that it is."""

    product_id: str
    name: str


@cache
def all_goods() -> tuple[Goods, ...]:
    """Every product of the catalogue."""
    return tuple(Goods(product.id, product.kind) for product in load().products)


def query_for(name: str, random: Random, *, typo_share: float) -> str:
    """What a shopper types to find this product: one or two words of its name, sometimes with a wrong letter."""
    words = name.lower().split()
    text = " ".join(words[: random.choice((1, 2))])
    return _mistyped(text, random) if random.random() < typo_share else text


def _mistyped(text: str, random: Random) -> str:
    """Replace, drop or double one letter, never the first one, as real typos do."""
    if len(text) < 5:
        return text
    at = random.randrange(1, len(text))
    return text[:at] + random.choice((random.choice(_LETTERS), "", text[at] * 2)) + text[at + 1 :]
