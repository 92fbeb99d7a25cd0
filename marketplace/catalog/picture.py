"""Draws a product: the glyph of its category on a backdrop. The product's id decides on the colours and the pose."""

import hashlib
from html import escape
from typing import Final

from marketplace.catalog.glyphs import GLYPHS

# Degrees on the colour wheel.
_HUES: Final = {
    "fashion": 330, "fashion/coats": 225, "fashion/trousers": 210, "fashion/hats": 35, "fashion/shoes": 20,
    "fashion/work": 200, "fashion/tops": 160, "jewellery": 45, "furniture": 28, "home": 200, "kitchen": 12,
    "garden": 110, "garden/riding": 30, "tools": 215, "tools/building": 15, "electronics": 250, "music": 285,
    "music/strings": 25, "sports": 150, "vehicles": 190, "vehicles/cars": 0, "bags": 20, "art": 265, "fabrics": 310,
    "health": 170, "fresh": 90, "fresh/meat": 355, "fresh/fish": 200, "fresh/dairy": 45, "bakery": 35, "pantry": 50,
    "drinks": 350, "drinks/beer": 38, "drinks/hot": 22, "drinks/soft": 195,
}  # fmt: skip
_BACKDROPS: Final = (
    '<circle cx="200" cy="200" r="150" fill="{soft}"/>',
    '<rect x="60" y="60" width="280" height="280" rx="64" fill="{soft}"/>',
    '<path d="M200 44C300 40 356 110 350 206S286 360 196 352 48 284 52 190 110 48 200 44Z" fill="{soft}"/>',
    '<circle cx="200" cy="200" r="140" fill="none" stroke="{soft}" stroke-width="44"/>',
    '<path d="M0 290Q100 230 200 280T400 260V400H0Z" fill="{soft}"/><circle cx="310" cy="100" r="46" fill="{soft}"/>',
    '<path d="M0 400 400 0V400Z" fill="{soft}"/>',
)


def picture_svg(product_id: str, name: str, category_id: str) -> str:
    """A square picture of 400 by 400 units, as an SVG document with ``name`` as its title. It is always the same."""
    dice = hashlib.sha256(product_id.encode()).digest()
    department = category_id.partition("/")[0]
    hue = (_HUES.get(category_id, _HUES.get(department, 0)) + dice[0] % 50 - 25) % 360
    other = (hue + (30, 150, 180, 210)[dice[1] % 4]) % 360
    backdrop = _BACKDROPS[dice[2] % len(_BACKDROPS)].format(soft=f"hsl({other} 55% 86%)")
    glyph = GLYPHS.get(category_id) or GLYPHS.get(department) or GLYPHS["bags/boxes"]
    turn, size, mirror = dice[3] % 25 - 12, 2.2 + dice[4] % 7 / 10, -1 if dice[5] % 2 else 1
    place = f"translate(200 200) rotate({turn}) scale({mirror * size:.1f} {size:.1f}) translate(-50 -50)"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f"<title>{escape(name)}</title>{_style(hue, dice)}"
        f'<rect width="400" height="400" fill="hsl({hue} 45% 94%)"/>{backdrop}{_dots(other, dice)}'
        f'<ellipse cx="200" cy="338" rx="104" ry="11" fill="hsl({hue} 30% 30%)" opacity=".12"/>'
        f'<g transform="{place}">{glyph}</g></svg>'
    )


def _style(hue: int, dice: bytes) -> str:
    saturation, light = 42 + dice[6] % 30, 46 + dice[7] % 14
    return (
        f"<style>.a{{fill:hsl({hue} {saturation}% {light}%)}}.b{{fill:hsl({hue} {saturation}% {light - 22}%)}}"
        f".c{{fill:hsl({(hue + 18) % 360} 70% 88%)}}.line{{fill:none;stroke-width:5;stroke-linecap:round;"
        f"stroke-linejoin:round}}.line.a{{stroke:hsl({hue} {saturation}% {light}%)}}"
        f".line.b{{stroke:hsl({hue} {saturation}% {light - 22}%)}}.line.c{{stroke:hsl({(hue + 18) % 360} 70% 88%)}}</style>"
    )


def _dots(hue: int, dice: bytes) -> str:
    return "".join(
        f'<circle cx="{30 + dice[8 + i] * 340 // 255}" cy="{26 + dice[12 + i] * 90 // 255}" r="{3 + dice[16 + i] % 6}" '
        f'fill="hsl({hue} 60% 74%)" opacity=".7"/>'
        for i in range(4)
    )
