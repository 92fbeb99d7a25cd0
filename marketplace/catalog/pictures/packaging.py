"""Packages for what has no drawing of its own: a bottle, a crate, a tag. The name of what is in it stands on the label.

A package shows no thing that could be taken for another one. Its tones are the classes a (main), b (dark), c (light), and
it stands in a square of 400 by 400 units.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Package:
    """A shape and, on it, the place of the label: left, top, width and height."""

    shape: str
    label: tuple[int, int, int, int]


_BOTTLE: Final = Package(
    '<path class="a" d="M172 30H228V104Q282 122 282 178V352Q282 376 258 376H142Q118 376 118 352V178Q118 122 172 104Z"/>'
    '<rect class="b" x="166" y="18" width="68" height="40" rx="8"/><path class="c" opacity=".35" d="M134 190Q134 150 '
    '160 134V352Q134 356 134 340Z"/>',
    (118, 186, 164, 140),
)
_JAR: Final = Package(
    '<path class="a" d="M92 112Q74 122 74 150V340Q74 372 106 372H294Q326 372 326 340V150Q326 122 308 112Z"/>'
    '<rect class="b" x="84" y="44" width="232" height="62" rx="12"/><path class="line c" d="M112 56V94M144 56V94M176 '
    '56V94M208 56V94M240 56V94M272 56V94" opacity=".4"/>',
    (74, 156, 252, 168),
)
_CAN: Final = Package(
    '<path class="a" d="M80 70V340Q80 376 200 376T320 340V70Z"/><path class="b" d="M80 70Q80 36 200 36T320 70 200 104 80 '
    '70Z"/><path class="c" d="M100 70Q100 50 200 50T300 70 200 90 100 70Z"/>',
    (80, 134, 240, 186),
)
_POUCH: Final = Package(
    '<path class="a" d="M92 62H308L322 120V352Q322 376 298 376H102Q78 376 78 352V120Z"/><path class="b" d="M86 30H314L308 '
    '62H92Z"/><path class="c" opacity=".5" d="M92 62H308L310 74H90Z"/>',
    (78, 122, 244, 200),
)
_CRATE: Final = Package(
    '<path class="b" d="M40 120H66V356H40ZM334 120H360V356H334Z"/><path class="a" d="M30 136H370V178H30ZM30 312H370V352H30Z"/>'
    '<path class="c" d="M30 136H370V144H30ZM30 312H370V320H30Z"/>'
    '<path class="a" d="M30 190H370V300H30Z"/><path class="b" opacity=".5" d="M74 112Q110 66 150 112ZM138 112Q182 54 226 '
    '112ZM214 112Q262 62 312 112Z"/>',
    (48, 172, 304, 146),
)
_TUB: Final = Package(
    '<path class="a" d="M66 122H334L308 350Q304 374 280 374H120Q96 374 92 350Z"/><path class="b" d="M52 84Q52 72 64 '
    '72H336Q348 72 348 84V122H52Z"/><path class="c" opacity=".5" d="M52 110H348V122H52Z"/>',
    (94, 148, 212, 180),
)
_PARCEL: Final = Package(
    '<path class="c" d="M44 76H356V356H44Z"/><path class="a" opacity=".75" d="M44 76 112 144V288L44 356ZM356 76 288 '
    '144V288L356 356Z"/><path class="line b" d="M44 216H356M200 76V356"/><path class="line b" d="M200 76Q150 20 150 56T200 '
    '76Q250 20 250 56T200 76" />',
    (76, 130, 248, 176),
)
_CARTON: Final = Package(
    '<path class="a" d="M52 116H348V364H52Z"/><path class="b" d="M52 116 92 56H308L348 116Z"/><path class="c" opacity=".7" '
    'd="M176 56H224V116L214 150 200 138 186 150 176 116Z"/>',
    (74, 160, 252, 172),
)
_TAG: Final = Package(
    '<path class="line b" d="M200 92Q150 10 250 18T206 88"/><path class="a" d="M144 62H256L330 132V354Q330 372 312 '
    '372H88Q70 372 70 354V132Z"/><circle class="c" cx="200" cy="98" r="16"/>',
    (88, 142, 224, 206),
)
_SWATCH: Final = Package(
    '<path class="a" d="M40 52H360V332L344 348 328 332 312 348 296 332 280 348 264 332 248 348 232 332 216 348 200 332 184 '
    '348 168 332 152 348 136 332 120 348 104 332 88 348 72 332 56 348 40 332Z"/><g class="line c" opacity=".45" '
    'style="stroke-width:4">{weave}</g>',
    (84, 124, 232, 140),
)
_PLATE: Final = Package(
    '<rect class="a" x="36" y="84" width="328" height="240" rx="22"/><rect class="line c" x="50" y="98" width="300" '
    'height="212" rx="14" style="stroke-width:4"/><circle class="b" cx="68" cy="116" r="7"/><circle class="b" cx="332" '
    'cy="116" r="7"/><circle class="b" cx="68" cy="292" r="7"/><circle class="b" cx="332" cy="292" r="7"/>',
    (82, 118, 236, 172),
)
_BOOK: Final = Package(
    '<path class="b" d="M76 52Q76 30 98 30H330V372H98Q76 372 76 350Z"/><path class="c" d="M92 344H330V362H98Q88 362 92 '
    '344Z"/><path class="a" d="M100 30H330V344H100Z"/><path class="b" opacity=".4" d="M100 30H112V344H100Z"/>',
    (128, 76, 184, 216),
)
_FRAME: Final = Package(
    '<path class="b" d="M34 54H366V346H34Z"/><path class="a" d="M50 70H350V330H50Z"/><path class="line c" d="M200 54 160 '
    '20M200 54 240 20" style="stroke-width:4"/>',
    (74, 94, 252, 212),
)
_CASE: Final = Package(
    '<path class="line b" d="M156 112V78Q156 62 172 62H228Q244 62 244 78V112"/><rect class="a" x="36" y="108" width="328" '
    'height="240" rx="34"/><path class="b" d="M36 214H364V226H36ZM92 200H124V244H92ZM276 200H308V244H276Z"/>',
    (84, 140, 232, 178),
)

# For a department, or for one of its shelves.
_OF: Final = {
    "fashion": _TAG, "jewellery": _TAG, "furniture": _PLATE, "home": _CARTON, "kitchen": _CARTON, "garden": _TAG,
    "garden/sheds": _PLATE, "garden/fences": _PLATE, "tools": _CARTON, "tools/building": _PLATE, "tools/machines": _PLATE,
    "tools/motors": _PLATE, "tools/paint": _TAG, "electronics": _CARTON, "electronics/audio": _CASE, "music": _CASE,
    "sports": _CARTON, "vehicles": _PLATE, "bags": _TAG, "art": _BOOK, "art/pictures": _FRAME, "art/sculpture": _PLATE,
    "art/writing": _CARTON, "fabrics": _SWATCH, "fabrics/needlework": _TAG, "health": _CARTON, "health/beauty": _JAR,
    "health/medical": _CASE, "health/science": _CASE, "fresh": _CRATE, "fresh/meat": _PARCEL, "fresh/fish": _PARCEL,
    "fresh/dairy": _TUB, "bakery": _POUCH, "bakery/cakes": _CARTON, "bakery/desserts": _TUB, "pantry": _POUCH,
    "pantry/sauces": _JAR, "pantry/spices": _JAR, "pantry/soups": _CAN, "pantry/dishes": _CARTON,
    "pantry/snacks": _PARCEL, "drinks": _BOTTLE, "drinks/hot": _CAN, "drinks/soft": _CAN,
}  # fmt: skip
_WEAVES: Final = tuple(
    "".join(f'<path d="{line}"/>' for line in lines)
    for lines in (
        [f"M40 {y}H360" for y in range(68, 330, 22)],
        [f"M{x} 52V330" for x in range(56, 360, 22)],
        [f"M40 {y} 360 {y - 120}" for y in range(176, 330, 26)],
        [f"M40 {y}H360M{y} 52V330" for y in range(72, 330, 32)],
        [f"M40 {y}q40-22 80 0t80 0 80 0 80 0" for y in range(80, 330, 30)],
    )
)


def package_for(category_id: str, number: int) -> Package:
    """The package for the goods of a shelf; for fabrics, the number picks the weave."""
    package = _OF.get(category_id) or _OF.get(category_id.partition("/")[0], _CARTON)
    return Package(package.shape.replace("{weave}", _WEAVES[number % len(_WEAVES)]), package.label)
