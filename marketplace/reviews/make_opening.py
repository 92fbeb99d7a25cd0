"""Decides from the catalogue's file how many reviews each product has when the shop opens.

python -m marketplace.reviews.make_opening marketplace/catalog/catalogue.json.xz
"""

import hashlib
import json
import lzma
import sys
from pathlib import Path
from typing import Final

from marketplace.reviews.opening import Subject, save

FLAVOURS: Final = {
    "food": {"fresh", "bakery", "pantry", "drinks"},
    "wear": {"fashion", "jewellery", "bags", "fabrics"},
    "tool": {"tools", "electronics", "vehicles", "garden", "health", "music", "sports"},
}
# How many of 16 reviews have 1, 2, 3, 4 and 5 stars, for bad products first.
TASTES: Final = ((3, 3, 4, 4, 2), (1, 2, 4, 5, 4), (1, 1, 2, 6, 6), (1, 0, 2, 5, 8), (0, 1, 1, 4, 10))


def subject(product_id: str, category_id: str) -> Subject:
    """Few products have many reviews, many have few, and one in six has none."""
    share, amount = hashlib.sha256(f"reviews {product_id}".encode()).digest()[:2]
    department = category_id.partition("/")[0]
    flavour = next((name for name, departments in FLAVOURS.items() if department in departments), "home")
    reviews = 0 if share % 6 == 0 else 1 + round(40 * (amount / 256) ** 4) + amount % 7
    return Subject(product_id, flavour, _stars(product_id, reviews))


def _stars(product_id: str, reviews: int) -> tuple[int, ...]:
    taste = TASTES[hashlib.sha256(f"taste {product_id}".encode()).digest()[0] % len(TASTES)]
    ratings = [rating for rating, share in enumerate(taste, 1) for _ in range(share)]
    dice = (hashlib.sha256(f"rating {number} {product_id}".encode()).digest()[0] for number in range(reviews))
    given = [ratings[number % len(ratings)] for number in dice]
    return tuple(given.count(rating) for rating in range(1, 6))


def main(catalogue: str) -> None:
    """Write ``opening.json.xz`` beside this file."""
    products = json.loads(lzma.decompress(Path(catalogue).read_bytes()))["products"]
    subjects = [subject(product[0], product[3]) for product in products]
    save(subjects)
    sys.stdout.write(f"{sum(each.reviews for each in subjects)} reviews of {len(subjects)} products\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
