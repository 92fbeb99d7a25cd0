"""Draws a product by rule: the drawing of its kind, or a package with its name, in its own colours.

A drawing stands for its own kind only (`drawings`); what has none comes in a package (`packaging`) that says what is in it.
"""

import hashlib
from html import escape
from typing import Final

from marketplace.catalog.branding import tints
from marketplace.catalog.contract import Product

from .drawings import any_colour, fluent
from .glyphs import GLYPHS
from .lettering import lettering
from .packaging import package_for
from .tinting import Tint, in_tint

# Degrees on the colour wheel, for what has no colour of its own.
_HUES: Final = {
    "fashion": 330, "jewellery": 45, "furniture": 28, "home": 200, "kitchen": 12, "garden": 110, "tools": 215,
    "tools/building": 15, "electronics": 250, "music": 22, "sports": 150, "vehicles": 205, "bags": 20, "art": 265,
    "fabrics": 310, "health": 170, "fresh": 95, "fresh/meat": 355, "fresh/fish": 200, "fresh/dairy": 48, "bakery": 32,
    "pantry": 42, "drinks": 350, "drinks/beer": 38, "drinks/hot": 22, "drinks/soft": 195, "drinks/spirits": 28,
}  # fmt: skip
_BACKDROPS: Final = (
    '<circle cx="200" cy="184" r="150" fill="{soft}"/>',
    '<rect x="56" y="40" width="288" height="288" rx="64" fill="{soft}"/>',
    '<path d="M200 34C300 30 356 100 350 196S286 350 196 342 48 274 52 180 110 38 200 34Z" fill="{soft}"/>',
    '<circle cx="200" cy="184" r="132" fill="none" stroke="{soft}" stroke-width="44"/>',
    '<path d="M0 290Q100 230 200 280T400 260V400H0Z" fill="{soft}"/><circle cx="310" cy="90" r="46" fill="{soft}"/>',
    '<path d="M0 400 400 0V400Z" fill="{soft}"/>',
)
_SERIF: Final = "font-family=\"Georgia,'Times New Roman',serif\""
_SANS: Final = 'font-family="system-ui,Helvetica,Arial,sans-serif"'
_INK: Final = "#1f2933"
# A drawing in units of its own: how many it measures, and how large it is in the picture.
_GLYPH_UNITS, _FLUENT_UNITS, _DRAWN = 100, 32, 236


def picture_svg(product: Product, drawing: str = "") -> str:
    """A square picture of 400 by 400 units as an SVG document, always the same; ``drawing`` names that of its kind, if any."""
    dice = hashlib.sha256(product.id.encode()).digest()
    tint = _tint(product, dice)
    kind = product.kind or product.name
    content = _drawn(drawing, product, kind, tint, dice) if drawing else _packaged(product, kind, dice)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f"<title>{escape(product.name)}</title>{_style(tint)}"
        f'<rect width="400" height="400" fill="hsl({tint.hue} {min(tint.saturation, 40)}% 95%)"/>{content}</svg>'
    )


def _drawn(drawing: str, product: Product, kind: str, tint: Tint, dice: bytes) -> str:
    """The drawing of its kind, and the name of it below, for one drawing may stand for several kinds of guitar."""
    own = GLYPHS.get(drawing)
    units = _GLYPH_UNITS if own else _FLUENT_UNITS
    body = own or in_tint(fluent()[drawing], _paint(product, drawing, tint, dice))
    size = _DRAWN / units * (0.94 + dice[4] % 5 / 40)
    place = f"translate(200 178) rotate({dice[3] % 17 - 8}) scale({size:.2f}) translate(-{units // 2} -{units // 2})"
    backdrop = _BACKDROPS[dice[2] % len(_BACKDROPS)].format(soft=f"hsl({(tint.hue + dice[1] % 40 - 20) % 360} 46% 86%)")
    name = lettering(kind, 340, 56, 30)
    return f'{backdrop}<g transform="{place}">{body}</g>' + name.svg(
        200, 388 - name.height, f'{_SANS} font-weight="600" fill="{_INK}"'
    )


def _paint(product: Product, drawing: str, tint: Tint, dice: bytes) -> Tint | None:
    if product.variant in tints():
        return tint
    return Tint(dice[9] * 360 // 256, 62, 48) if drawing in any_colour() else None


def _packaged(product: Product, kind: str, dice: bytes) -> str:
    """A package with a label: the house, the kind of thing, and the variant."""
    package = package_for(product.category_id, dice[5])
    x, y, width, height = package.label
    middle = x + width / 2
    house = lettering(product.brand, width - 24, 20, 15)
    variant = lettering(product.variant, width - 24, 20, 15)
    name = lettering(kind, width - 20, height - 64, 46)
    return (
        f'<ellipse cx="200" cy="376" rx="150" ry="12" fill="{_INK}" opacity=".1"/>{package.shape}'
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#fffdf8"/>'
        f'<path class="line a" style="stroke-width:2" d="M{x + 10} {y + 30}h{width - 20}M{x + 10} {y + height - 30}h{width - 20}"/>'
        + house.svg(middle, y + 16 - house.height / 2, f'{_SANS} letter-spacing=".5" fill="{_INK}"')
        + name.svg(middle, y + (height - name.height) / 2, f'{_SERIF} font-weight="700" fill="{_INK}"')
        + variant.svg(middle, y + height - 15 - variant.height / 2, f'{_SANS} fill="{_INK}"')
    )


def _tint(product: Product, dice: bytes) -> Tint:
    """The colour of its variant; else one of its shelf."""
    if product.variant in tints():
        return Tint(*tints()[product.variant])
    department = product.category_id.partition("/")[0]
    hue = (_HUES.get(product.category_id, _HUES.get(department, 0)) + dice[0] % 50 - 25) % 360
    return Tint(hue, 30 + dice[6] % 24, 42 + dice[7] % 14)


def _style(tint: Tint) -> str:
    main = f"hsl({tint.hue} {tint.saturation}% {tint.lightness}%)"
    dark = f"hsl({tint.hue} {tint.saturation}% {max(tint.lightness - 18, 12)}%)"
    light = f"hsl({(tint.hue + 18) % 360} {min(tint.saturation + 10, 70)}% 88%)"
    tones = "".join(
        f".{name}{{fill:{tone}}}.line.{name}{{fill:none;stroke:{tone}}}"
        for name, tone in zip("abc", (main, dark, light), strict=True)
    )
    return f"<style>.line{{fill:none;stroke-width:5;stroke-linecap:round;stroke-linejoin:round}}{tones}</style>"
