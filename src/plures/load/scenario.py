"""Reads a scenario file: a module of Python with at least one `Profile`."""

import sys
import traceback
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Final

from plures.errors import InvalidInput, PluresError

from .profile import Profile

_MODULE: Final = "plures_load_scenario"
_EXAMPLE: Final = "Write one, as in: normal = Profile({browse: 3, buy: 1})"


class ScenarioNotRead(PluresError):
    """The scenario file is no module with a profile."""

    code = "load.scenario_not_read"


def read_scenario(file: Path) -> Mapping[str, Profile]:
    """The profiles of a file, by name, in the order in which it has them.

    Imports in it begin in the current folder, and in its own.

    Raises:
        ScenarioNotRead: It says which line is wrong.
        InvalidInput: A profile is wrong.
    """
    if not file.is_file():
        why = "it is a folder" if file.is_dir() else "there is no such file"
        raise ScenarioNotRead(f"Cannot read {file}", why=why, fix="Name a file of Python with a `Profile`.")
    for folder in (file.absolute().parent, Path.cwd()):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    profiles = {name: each for name, each in vars(_module(file)).items() if isinstance(each, Profile)}
    if not profiles:
        raise ScenarioNotRead(f"{file} has no profile", why="no variable of it holds a `Profile`", fix=_EXAMPLE)
    return profiles


def _module(file: Path) -> ModuleType:
    # Its suffix may be any, as that of a program without one.
    loader = SourceFileLoader(_MODULE, str(file))
    spec = spec_from_loader(_MODULE, loader)
    assert spec is not None  # noqa: S101 - a spec from a loader is one
    module = module_from_spec(spec)
    # Classes of it that are looked up by their module are found there.
    sys.modules[_MODULE] = module
    try:
        loader.exec_module(module)
    except InvalidInput:
        raise
    except (Exception, SystemExit) as error:
        raise ScenarioNotRead(
            f"Cannot import {file}", why=_place(error, file), fix="Correct it, or install what it imports."
        ) from error
    return module


def _place(error: BaseException, file: Path) -> str:
    """What is wrong, and in which line of the file."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {type(error).__name__}: {error.msg}"
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename == str(file)]
    return f"line {frames[-1].lineno}: {said}" if frames else said
