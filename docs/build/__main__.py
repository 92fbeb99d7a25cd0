"""`python -m docs.build reference` writes the pages of docs/reference anew that follow from the code."""

import sys
from pathlib import Path

from .reference import PAGES

FOLDER = Path(__file__).parents[1] / "reference"


def main() -> None:
    """Write each page that differs."""
    if sys.argv[1:] != ["reference"]:
        sys.exit("Usage: python -m docs.build reference")
    for name, write in PAGES.items():
        page = FOLDER / name
        text = write()
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote docs/reference/{name}\n")


if __name__ == "__main__":
    main()
