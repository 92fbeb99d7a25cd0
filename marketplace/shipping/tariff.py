"""The tables of the shipping rules: what parcels weigh and what they cost.

Prices are minor units of EUR, weights are grams.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final
from zlib import crc32

from marketplace.catalog.contract import Item
from marketplace.shipping.contract import ShippingMethod


class Zone(Enum):
    """How far away a country is from the warehouse in Germany."""

    DOMESTIC = "domestic"
    UNION = "union"
    EUROPE = "europe"
    WORLD = "world"


class WeightClass(Enum):
    """What a parcel weighs at most, in grams."""

    SMALL = 2_000
    MEDIUM = 10_000
    LARGE = 31_500


@dataclass(frozen=True)
class Rate:
    """One way to send parcels to a zone.

    Attributes:
        prices: The price of a parcel of each weight class.
        days: The fewest and the most working days.
        free_from: The subtotal from which on it costs nothing; None if it always costs something.
    """

    prices: Mapping[WeightClass, int]
    days: tuple[int, int]
    free_from: int | None = None


_UNION: Final = "AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EUROPE: Final = "AD CH GB IS LI MC NO SM"
_WORLD: Final = "AU CA JP KR NZ SG US"

ZONES: Final[Mapping[str, Zone]] = {
    "DE": Zone.DOMESTIC,
    **dict.fromkeys(_UNION.split(), Zone.UNION),
    **dict.fromkeys(_EUROPE.split(), Zone.EUROPE),
    **dict.fromkeys(_WORLD.split(), Zone.WORLD),
}


def _rate(small: int, medium: int, large: int, *, days: tuple[int, int], free_from: int | None = None) -> Rate:
    prices = {WeightClass.SMALL: small, WeightClass.MEDIUM: medium, WeightClass.LARGE: large}
    return Rate(prices, days, free_from)


# Express does not go to zones without a rate.
RATES: Final[Mapping[tuple[Zone, ShippingMethod], Rate]] = {
    (Zone.DOMESTIC, ShippingMethod.STANDARD): _rate(390, 590, 990, days=(2, 3), free_from=5_000),
    (Zone.DOMESTIC, ShippingMethod.EXPRESS): _rate(990, 1_290, 1_990, days=(1, 1)),
    (Zone.UNION, ShippingMethod.STANDARD): _rate(790, 1_190, 1_990, days=(3, 6), free_from=10_000),
    (Zone.UNION, ShippingMethod.EXPRESS): _rate(1_990, 2_690, 4_490, days=(1, 2)),
    (Zone.EUROPE, ShippingMethod.STANDARD): _rate(1_290, 1_990, 3_490, days=(4, 8)),
    (Zone.EUROPE, ShippingMethod.EXPRESS): _rate(2_990, 4_490, 6_990, days=(2, 3)),
    (Zone.WORLD, ShippingMethod.STANDARD): _rate(1_990, 3_990, 7_990, days=(8, 15)),
}


def weight_g(product_id: str) -> int:
    """The weight of a packed piece, 100 g to 4 kg and mostly light. The catalogue has no weights, so the id decides."""
    spread = crc32(product_id.encode()) % 1_000
    return 100 + spread * spread * 3_900 // 998_001


def parcels(items: Iterable[Item]) -> tuple[WeightClass, ...]:
    """The parcels for all items: as many of the largest as they fill, and a smaller one for the rest."""
    total_g = sum(weight_g(item.product_id) * item.quantity for item in items)
    full, rest_g = divmod(total_g, WeightClass.LARGE.value)
    rest = next(weight_class for weight_class in WeightClass if rest_g <= weight_class.value)
    return (WeightClass.LARGE,) * full + ((rest,) if rest_g else ())
