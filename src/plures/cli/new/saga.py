"""The skeleton of a saga: a capability that begins it, with its test, in an application that exists."""

import keyword
import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from plures.cli.console import say

from .writing import NotCreated, not_written, write

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_TAKEN: Final = frozenset(
    "begin saga capability contract_error database message migration not_possible path protocol sagas wish memory_sagas tests".split()
)
"""What the new code calls by these names, or by the names of classes that are made of them."""


def create_saga(what: str, name: str | None, file: Path) -> None:
    """Write it, and say what is left to do; raises `PluresError`."""
    from plures.cli.project import folder_of
    from plures.topology import parse

    if what != "saga":
        raise NotCreated(
            f"Two names are one too many: {what!r} and {name!r}",
            fix="Write `plures new NAME` for an application, or `plures new saga NAME` for a saga in one.",
        )
    if name is None:
        raise NotCreated(
            "The saga has no name",
            fix="Write `plures new saga NAME` in the folder of an application; for an application of that name, `plures new ./saga`.",
        )
    _check_name(name)
    root = folder_of(file)
    module = parse(file).application.partition(":")[0]
    package = module.rpartition(".")[0]
    folder, test = _folder_of(root, package) / name, root / "tests" / f"test_{name}.py"
    if not package and name in {"plures", "pytest", *sys.stdlib_module_names}:
        raise NotCreated(
            f"{name!r} is no name for a saga here",
            why=f"it would hide the Python package {name!r}",
            fix="Choose another name, as in order_tea.",
        )
    for taken in (folder, folder.with_suffix(".py"), test):
        if taken.exists():
            raise NotCreated(
                f"{_shown(taken, root)} exists already", why="nothing is overwritten", fix="Choose another name."
            )
    names = {
        "Ordering": "".join(part.capitalize() for part in name.split("_")),
        "greeter.ordering.v1": f"{module.partition('.')[0]}.{name}.v1",
        "greeter.": f"{package}." if package else "",
        "ordering": name,
    }
    templates = files("plures.cli.new") / "saga_template"
    try:
        write(templates / "ordering", folder, names)
        write(templates / "tests", test.parent, names)
    except OSError as error:
        raise not_written(folder, error) from None
    say(("created", "green"), f" {_shown(folder, root)}")
    say(("created", "green"), f" {_shown(test, root)}")
    click.echo(
        f"Add it to the application, in {module}:\n"
        f"  from {'.' if package else ''}{name}.capability import {name}\n"
        f"  Application(…, [{name}, …])\n"
        f"and try it: python -m pytest {_shown(test, root)}"
    )


def _check_name(name: str) -> None:
    fix = "Use lower-case letters, digits and _, as in order_tea."
    if not _NAME.fullmatch(name):
        raise NotCreated(f"{name!r} is no name for a saga", why="it becomes a Python package and a method", fix=fix)
    if keyword.iskeyword(name) or name in _TAKEN:
        why = "it is a word of the Python language, or the new code has it already"
        raise NotCreated(f"{name!r} is no name for a saga", why=why, fix="Choose another name, as in order_tea.")


def _folder_of(root: Path, package: str) -> Path:
    below = Path(*package.split(".")) if package else Path()
    for place in (root, root / "src"):
        if (place / below).is_dir():
            return place / below
    why = f"there is no folder {below} in {root}, nor in its src"
    raise NotCreated(
        f"Cannot find the package {package!r}",
        why=why,
        fix="Go to the folder in which the package of the application is.",
    )


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root))
