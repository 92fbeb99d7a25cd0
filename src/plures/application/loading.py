"""`"marketplace.app:app"` → the application behind it."""

import importlib
import sys
import traceback
from pathlib import Path

from plures.errors import PluresError

from .application import Application


class ApplicationNotLoaded(PluresError):
    """The import string does not lead to an application."""

    code = "application.not_loaded"


def load(import_string: str, folder: Path | None = None) -> Application:
    """Import an application.

    Args:
        import_string: `package.module:attribute`.
        folder: Where the import begins, usually that of plures.toml; it goes to the front of `sys.path`.

    Raises:
        ApplicationNotLoaded: Says which step failed, and where.
    """
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    module_name, _, attribute = import_string.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise _not_imported(import_string, module_name, error) from error
    application = getattr(module, attribute, None)
    if not isinstance(application, Application):
        found = "has no such name" if application is None else f"it is of type {type(application).__name__}"
        what = f"Cannot load {import_string!r}"
        raise ApplicationNotLoaded(
            what,
            why=f"{module_name}: {attribute or '(nothing)'}: {found}",
            fix="Name an `Application`, as in 'shop.app:app'.",
        )
    return application


def _not_imported(import_string: str, module: str, error: Exception) -> ApplicationNotLoaded:
    what = f"Cannot load {import_string!r}"
    if (
        isinstance(error, ModuleNotFoundError)
        and error.name
        and (module == error.name or module.startswith(f"{error.name}."))
    ):
        fix = "Run the command in the folder of plures.toml, and correct [application] import there."
        return ApplicationNotLoaded(what, why=f"there is no module {error.name!r}", fix=fix)
    if isinstance(error, SyntaxError):
        return ApplicationNotLoaded(
            what, why=f"{error.filename}, line {error.lineno}: {error.msg}", fix="Correct the syntax there."
        )
    frames = traceback.extract_tb(error.__traceback__)
    why = f"{frames[-1].filename}, line {frames[-1].lineno}: {type(error).__name__}: {error}" if frames else str(error)
    return ApplicationNotLoaded(what, why=why, fix="Correct the line, or install what it needs.")
