"""Takes the drawings that ``drawings.toml`` names from Fluent Emoji.

    python -m marketplace.catalog.pictures.make_drawings node_modules/@iconify-json/fluent-emoji-flat/icons.json

It writes ``drawings.json.xz`` beside this file. FLUENT-EMOJI-LICENSE.txt is the licence of what is in it.
"""

import json
import lzma
import sys
from pathlib import Path
from typing import Final

from .drawings import FILE, subjects
from .glyphs import GLYPHS

# Drawings that are another one in other colours.
RECOLOURED: Final = {"white-wine-glass": ("wine-glass", {"#bb1d80": "#f0cf5f", "#ff6dc6": "#fae6a0"})}


def main(icons: str) -> None:
    """Write the drawings that are not our own."""
    bodies = {name: icon["body"] for name, icon in json.loads(Path(icons).read_text(encoding="utf-8"))["icons"].items()}
    for name, (original, colours) in RECOLOURED.items():
        body = bodies[original]
        for before, after in colours.items():
            body = body.replace(before, after)
        bodies[name] = body
    wanted = sorted({subject.drawing for _, subject in subjects()} - GLYPHS.keys())
    document = {name: bodies[name] for name in wanted}
    FILE.write_bytes(lzma.compress(json.dumps(document).encode(), preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(f"{len(document)} drawings\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
