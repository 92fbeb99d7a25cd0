"""The reference pages that are written by a program, by file name."""

from collections.abc import Callable, Mapping
from typing import Final

from . import commands, contract_rules, errors, settings

PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "cli.md": commands.page,
    "contract-rules.md": contract_rules.page,
    "errors.md": errors.page,
    "toml.md": settings.page,
}
