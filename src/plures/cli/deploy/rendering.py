"""What the commands that render files share: where they go, whose images they name, and what was written."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from plures.targets import Written

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def out_option(folder: str, text: str) -> Decorator:
    """`--out`, with its default and what it is for."""
    return click.option(
        "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(folder), show_default=True, help=text
    )


registry_option: Decorator = click.option(
    "--registry",
    default="",
    metavar="PREFIX",
    help="What stands before the names of images, such as registry.example/shop.",
)


def groups_of(written: "Written") -> dict[str, Sequence[str]]:
    """What became of files → their paths, in the order in which they are told."""
    return {
        "new": written.new,
        "changed": written.changed,
        "unchanged": written.unchanged,
        "removed": written.removed,
        "kept": written.kept,
    }
