"""The reference pages that are written by a program, by file name."""

from collections.abc import Callable, Mapping
from typing import Final

from . import commands, errors, settings

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": commands.page,
    "errors.md": errors.page,
    "toml.md": settings.page,
}
