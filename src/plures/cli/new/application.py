"""A small application to begin with."""

import json
import keyword
import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from plures.cli.console import say

from .writing import NotCreated, not_written, write

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_TAKEN: Final = frozenset({"plures", "pytest", "sqlalchemy", "starlette", "tests"})
"""Beside the standard library: what the new application imports, and the folder of its tests."""

_PLACEHOLDER: Final = "greeter"
_NEXT_STEPS: Final = """\
  pip install --editable '.[test]'  # what pyproject.toml says: Plures with its command, Starlette, pytest
  plures run                        # http://127.0.0.1:8000/?name=you
  python -m pytest                  # in one process, over the wire, as processes of their own"""


def create_application(name: str) -> None:
    """Write it, and say how it is run; raises `NotCreated`."""
    folder = Path(name)
    package = folder.name.replace("-", "_")
    _check_name(folder.name, package)
    try:
        _check_free(folder)
        write(files("plures.cli.new") / "template", folder, {_PLACEHOLDER: package})
    except OSError as error:
        raise not_written(folder, error) from None
    say(("created", "green"), f" {folder}")
    click.echo(f"  cd {shlex.quote(str(folder))}\n{_NEXT_STEPS}")
    source = source_of_plures()
    if source:
        click.echo(
            f"In another environment, install this Plures first: pip install {shlex.quote(f'plures @ {source}')}"
        )


def source_of_plures() -> str:
    """Where pip got Plures from, as pip takes it again; empty where that was an index, in which pip finds it by name."""
    try:
        told = json.loads(distribution("plures").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    if "vcs_info" in told:
        return f"{told['vcs_info']['vcs']}+{told['url']}@{told['vcs_info']['commit_id']}"
    return str(told.get("url", ""))


def _check_name(name: str, package: str) -> None:
    fix = "Use lower-case letters, digits, - or _, as in my-shop."
    why = ""
    if not _NAME.fullmatch(name):
        why = "it becomes a Python package, and part of a contract's name"
    elif keyword.iskeyword(package):
        why, fix = "it is a word of the Python language", "Choose another name, as in my-shop."
    elif package in _TAKEN or package in sys.stdlib_module_names:
        why, fix = f"it would hide the Python package {package!r}", "Choose another name, as in my-shop."
    if why:
        what = f"{name!r} is no name for an application"
        raise NotCreated(what, why=why, fix=fix)


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = f"{folder} exists already"
        raise NotCreated(what, why="nothing is overwritten", fix="Choose another name, or remove it first.")
