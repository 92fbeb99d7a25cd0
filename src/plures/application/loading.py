"""`"marketplace.app:app"` → the application behind it."""

import importlib
import sys
import sysconfig
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from plures.errors import PluresError

from .application import Application

_CORRECT: Final = "Run the command in the folder of plures.toml, and correct [application] import there."
_EXAMPLE: Final = "Name an `Application`, as in 'shop.app:app'."


class ApplicationNotLoaded(PluresError):
    """The import string does not lead to an application."""

    code = "application.not_loaded"


def load(import_string: str, folder: Path | None = None) -> Application:
    """Import an application.

    Args:
        import_string: `package.module:attribute`.
        folder: Where the import begins, usually that of plures.toml. It goes onto `sys.path` behind the standard library and before all
            installed packages: a file named `queue.py` would else hide the module from what imports it later.

    Raises:
        ApplicationNotLoaded: Says which step failed, and where.
    """
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(_after_standard_library(), str(folder))
    module_name, _, attribute = import_string.partition(":")
    if not module_name or not attribute:
        what = f"{import_string!r} is no import string"
        raise ApplicationNotLoaded(what, why="it names a module and an attribute", fix=_EXAMPLE)
    module = _module(import_string, module_name, folder, fix=_CORRECT)
    application = getattr(module, attribute, None)
    if not isinstance(application, Application):
        raise _no_application(import_string, module, attribute)
    return application


def imported(import_string: str, *, fix: str) -> Any:
    """Import what a string names, from where the application came.

    Args:
        fix: What to do where there is no such thing.

    Raises:
        ApplicationNotLoaded: Says which step failed, and where.
    """
    module_name, _, attribute = import_string.partition(":")
    module = _module(import_string, module_name, None, fix=fix)
    if not hasattr(module, attribute):
        what, why = f"Cannot load {import_string!r}", f"module {module.__name__}: no {attribute!r} there"
        raise ApplicationNotLoaded(what, why=why, fix=fix)
    return getattr(module, attribute)


def _module(import_string: str, name: str, folder: Path | None, *, fix: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise _not_imported(import_string, name, error, folder, fix) from error


def _after_standard_library() -> int:
    """The place in `sys.path` behind the last folder of the standard library."""
    homes = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    # Programs put more into `sys.path` than text; Python ignores that.
    entries: list[object] = [*sys.path]
    places = [n for n, entry in enumerate(entries, 1) if isinstance(entry, str) and _is_standard(Path(entry), homes)]
    return max(places, default=0)


def _is_standard(entry: Path, homes: set[Path]) -> bool:
    return entry in homes or (entry.parent in homes and not entry.name.endswith("-packages"))


def _no_application(import_string: str, module: ModuleType, attribute: str) -> ApplicationNotLoaded:
    has_it = hasattr(module, attribute)
    why = (
        f"{attribute!r} there is of type {type(getattr(module, attribute)).__name__}"
        if has_it
        else f"no {attribute!r} there"
    )
    there = [name for name, value in vars(module).items() if isinstance(value, Application)]
    fix = f"Did you mean {module.__name__}:{there[0]}?" if there else _EXAMPLE
    return ApplicationNotLoaded(f"Cannot load {import_string!r}", why=f"module {module.__name__}: {why}", fix=fix)


def _not_imported(
    import_string: str, module: str, error: Exception, folder: Path | None, fix: str
) -> ApplicationNotLoaded:
    what = f"Cannot load {import_string!r}"
    place = _place(traceback.extract_tb(error.__traceback__), folder)
    hidden = _hidden(error, folder)
    if hidden is not None:
        rename = f"Rename {hidden.name}: Python's own module of this name comes first."
        return ApplicationNotLoaded(what, why=f"{place}{error}", fix=rename)
    if (
        isinstance(error, ModuleNotFoundError)
        and error.name
        and (module == error.name or module.startswith(f"{error.name}."))
    ):
        return ApplicationNotLoaded(what, why=f"there is no module {error.name!r}", fix=fix)
    if isinstance(error, SyntaxError):
        return ApplicationNotLoaded(
            what, why=f"{error.filename}, line {error.lineno}: {error.msg}", fix="Correct the syntax there."
        )
    why = f"{place}{type(error).__name__}: {error}"
    return ApplicationNotLoaded(what, why=why, fix="Correct the line, or install what it needs.")


def _hidden(error: Exception, folder: Path | None) -> Path | None:
    """The file or folder of the user that was asked for, where the standard library has a module of its name."""
    asked = error.name if isinstance(error, ImportError) else None
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        asked = error.obj.__name__
    name = (asked or "").partition(".")[0]
    if folder is None or name not in sys.stdlib_module_names:
        return None
    return next((path for path in (folder / f"{name}.py", folder / name) if path.exists()), None)


def _place(frames: Sequence[traceback.FrameSummary], folder: Path | None) -> str:
    """The innermost line of the user's own, where there is one; what it called is seldom to blame."""
    own = [frame for frame in frames if folder is not None and Path(frame.filename).is_relative_to(folder)]
    # The first two are ours and importlib's.
    imported = [frame for frame in frames[2:] if not frame.filename.startswith("<")]
    chosen = own or imported
    return f"{chosen[-1].filename}, line {chosen[-1].lineno}: " if chosen else ""
