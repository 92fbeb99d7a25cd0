"""Makes the price list from the catalogue's file.

    python -m marketplace.pricing.make_price_list marketplace/catalog/catalogue.json.xz

Prices depend on nothing but the product's id and category, so the same catalogue gives the same list.
"""

import hashlib
import json
import lzma
import math
import sys
from pathlib import Path
from typing import Final

from marketplace.pricing.price_list import Listed, save

# The cheapest and the dearest usual price in euros. A shelf without a range uses that of its department.
RANGES: Final = {
    "fashion": (9, 180), "fashion/coats": (49, 420), "fashion/dresses": (29, 320), "fashion/shoes": (29, 220),
    "jewellery": (12, 900), "jewellery/ornaments": (5, 120), "furniture": (39, 1400), "furniture/stands": (9, 240),
    "home": (8, 320), "home/appliances": (59, 1200), "home/cleaning": (2, 35), "kitchen": (5, 140),
    "kitchen/appliances": (39, 900), "garden": (6, 240), "garden/sheds": (99, 4900), "tools": (4, 260),
    "tools/machines": (29, 3900), "tools/motors": (49, 2400), "tools/fasteners": (1, 24), "electronics": (5, 900),
    "electronics/computers": (29, 2400), "electronics/photo": (19, 1900), "music": (19, 3200), "sports": (5, 260),
    "vehicles": (29, 900), "vehicles/cars": (6900, 89000), "vehicles/cycles": (99, 3900),
    "vehicles/coaches": (1900, 14000), "vehicles/rail": (90000, 2900000), "vehicles/boats": (390, 190000),
    "vehicles/aircraft": (1900, 4900000), "bags": (4, 220), "art": (4, 390), "fabrics": (3, 90), "health": (3, 240),
    "health/medical": (39, 4900), "fresh": (1, 9), "fresh/meat": (3, 32), "fresh/fish": (4, 39), "bakery": (1, 14),
    "pantry": (1, 16), "drinks": (1, 6), "drinks/wine": (5, 90), "drinks/spirits": (12, 95), "drinks/cocktails": (5, 15),
}  # fmt: skip
DISCOUNTS: Final = (10, 15, 20, 25, 30, 40)
# Below the first number of cents, prices go in steps of the second one and end in the third one.
ENDINGS: Final = ((1_000, 10, 9), (10_000, 100, 90), (math.inf, 1_000, 900))
MINIMUM: Final = 49


def listed(product_id: str, category_id: str) -> Listed:
    """The regular price of a product and what it costs now, in cents."""
    dice = hashlib.sha256(f"price {product_id}".encode()).digest()
    low, high = RANGES.get(category_id) or RANGES[category_id.partition("/")[0]]
    share = int.from_bytes(dice[:4], "big") / 2**32
    regular = _charming(100 * low * (high / low) ** share)
    discount = DISCOUNTS[dice[5] % len(DISCOUNTS)] if dice[4] < 0.14 * 256 else 0
    return Listed(regular, _charming(regular * (100 - discount) / 100) if discount else regular)


def _charming(cents: float) -> int:
    """The nearest of the prices that shops like: 3.49, 17.90, 249.00."""
    step, ending = next((step, ending) for below, step, ending in ENDINGS if cents < below)
    return max(MINIMUM, math.floor(cents / step) * step + ending)


def main(catalogue: str) -> None:
    """Write ``price_list.json.xz`` beside this file."""
    products = json.loads(lzma.decompress(Path(catalogue).read_bytes()))["products"]
    save({product[0]: listed(product[0], product[3]) for product in products})
    sys.stdout.write(f"{len(products)} prices\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
