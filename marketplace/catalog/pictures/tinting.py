"""Gives a drawing the colour of a product: what is red on it becomes green if the product is green."""

import re
from collections import Counter
from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache
from typing import Final, NamedTuple

_FILL: Final = re.compile(r"#([0-9A-Fa-f]{6})\b")
_SAME_HUE: Final = 40
# Below this share of saturation a colour is a grey: a shadow, a zip, the sole of a shoe.
_GREY: Final = 0.18


class Tint(NamedTuple):
    """A colour: its hue in degrees, its saturation and lightness in per cent."""

    hue: int
    saturation: int
    lightness: int


class _Shade(NamedTuple):
    hue: float
    lightness: float
    saturation: float


@lru_cache(2_000)
def in_tint(drawing: str, tint: Tint | None) -> str:
    """The drawing with its main colour, and what is akin to it, in the tint; as it is without one."""
    if tint is None:
        return drawing
    shades = Counter(_FILL.findall(drawing))
    coloured = [(count, code) for code, count in shades.items() if _shade(code).saturation > _GREY]
    main = _shade(max(coloured or ((count, code) for code, count in shades.items()))[1])
    return _FILL.sub(lambda found: _moved(found[1], main, tint), drawing)


def _moved(code: str, main: _Shade, tint: Tint) -> str:
    shade = _shade(code)
    apart = abs(shade.hue - main.hue) * 360
    if min(apart, 360 - apart) > _SAME_HUE or (shade.saturation <= _GREY < main.saturation):
        return f"#{code}"
    lightness = min(0.94, max(0.1, tint.lightness / 100 + (shade.lightness - main.lightness)))
    red, green, blue = hls_to_rgb(tint.hue / 360, lightness, tint.saturation / 100)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _shade(code: str) -> _Shade:
    red, green, blue = (int(code[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return _Shade(*rgb_to_hls(red, green, blue))
