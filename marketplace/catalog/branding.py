"""Gives each product the name that a shop prints: a house, the kind of thing, and what tells it from others like it."""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

RANGE: Final = Path(__file__).with_name("range.toml")
# After these, the variant stands without a comma: "Stellwerk Diode X100".
_WITHOUT_COMMA: Final = frozenset({"model", "series", "edition"})
_TINTED: Final = ("colour", "wood", "metal", "glaze")
# What already says of what colour or material a thing is.
_LOOKS: Final = re.compile(
    r"\b(white|black|red|green|blue|yellow|brown|grey|gray|pink|purple|orange|gold(en)?|silver|brass|copper|bronze|iron|"
    r"steel|metal|metallic|tin|aluminum|wood(en)?|oak|bamboo|wicker|glass|crystal|porcelain|china|earthenware|stone|"
    r"paper|leather|straw|fur|linen|wool(en)?|cotton|silk|denim|plastic|rubber|transparent|colored|plaid|tartan|diamond|"
    r"pearl|flag)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Brand:
    """The house that makes a product, its variant, and in what its products differ (``colour``, ``gram`` …)."""

    house: str
    variant: str
    differs: str

    def name(self, kind: str) -> str:
        """The whole name: ``Fernhill Miniskirt, Forest Green``."""
        comma = "" if self.differs in _WITHOUT_COMMA else ","
        return f"{self.house} {kind}{comma} {self.variant}"


class Branding:
    """Brands products by the rules of ``range.toml``; the same product always gets the same brand."""

    def __init__(self, rules: dict[str, Any]) -> None:
        self._houses: dict[str, list[str]] = rules["houses"]
        self._differ: dict[str, str] = rules["differ"]
        self._choices: dict[str, Sequence[str]] = {name: list(choices) for name, choices in rules["choices"].items()}
        self._given: set[str] = set()

    def brand(self, product_id: str, kind: str, category_id: str, gloss: str) -> Brand:
        """The brand of a product; no two products get the same name."""
        department = category_id.partition("/")[0]
        differs = self._differ.get(category_id) or self._differ[department]
        if differs in _TINTED and _LOOKS.search(f"{kind} {gloss}"):
            differs = "edition"
        dice = hashlib.sha256(f"brand {product_id}".encode()).digest()
        houses = self._houses[department]
        variant = _pick(self._choices[differs], dice[1])
        brands = [Brand(_pick(houses, dice[0] + turn), variant, differs) for turn in range(len(houses))]
        brand = next((each for each in brands if each.name(kind) not in self._given), brands[0])
        self._given.add(brand.name(kind))
        return brand


@cache
def rules() -> dict[str, Any]:
    """What ``range.toml`` says."""
    return tomllib.loads(RANGE.read_text(encoding="utf-8"))


@cache
def tints() -> dict[str, tuple[int, int, int]]:
    """Hue, saturation and lightness of each variant that is a colour or a material."""
    return {name: tuple(tint) for tinted in _TINTED for name, tint in rules()["choices"][tinted].items()}


def _pick(choices: Sequence[str], number: int) -> str:
    return choices[number % len(choices)]
