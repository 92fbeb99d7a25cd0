"""From what plures.toml says of a service to its ASGI application."""

import os
import traceback
from contextlib import chdir
from importlib import import_module
from pathlib import Path
from typing import Any

from plures.rescue.calls import Asgi
from plures.rescue.errors import EnvironmentUnread, ServiceNotLoaded
from plures.rescue.own import OwnNames, as_service, log_kept
from plures.topology import Service


def load(service: Service, own: OwnNames) -> Asgi:
    """Import its application as itself: in its folder, with its own modules and environment. Raises ServiceNotLoaded."""
    module_name, _, attribute = service.app.partition(":")
    called = attribute.endswith("()")
    try:
        with chdir(service.folder), as_service(service.name), log_kept():
            found: Any = import_module(own.real(module_name))
            for part in attribute.removesuffix("()").split("."):
                found = getattr(found, part)
            application: Any = found() if called else found
    except (Exception, SystemExit) as error:
        raise ServiceNotLoaded(service.name, service.app, _reason(error, service.folder)) from error
    if not callable(application):
        raise ServiceNotLoaded(
            service.name, service.app, f"it is {type(application).__name__}, not an ASGI application"
        )
    return application  # type: ignore[no-any-return]


def roots_of(service: Service) -> list[Path]:
    """The folders from which it imports: its own, and those of its PYTHONPATH."""
    path = service.environment.get("PYTHONPATH", "")
    return [service.folder, *(service.folder / entry for entry in path.split(os.pathsep) if entry)]


def environment_of(service: Service) -> dict[str, str]:
    """Its variables: those of its file under those of plures.toml. Raises EnvironmentUnread."""
    if service.environment_file is None:
        return {**service.environment}
    try:
        text = service.environment_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise EnvironmentUnread(service.name, str(service.environment_file), str(reason)) from error
    return {**variables_in(text), **service.environment}


def variables_in(text: str) -> dict[str, str]:
    """`NAME=value` lines, as Compose and dotenv write them."""
    variables: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip() and not name.startswith("#"):
            variables[name.strip()] = _unquoted(value.strip())
    return variables


def _unquoted(value: str) -> str:
    for quote in "\"'":
        if value.startswith(quote) and quote in value[1:]:
            return value[1 : value.index(quote, 1)]
    return value.partition(" #")[0].rstrip()


def _reason(error: BaseException, folder: Path) -> str:
    """What was raised, and the last place of it in the service."""
    place = next(
        (f for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename.startswith(str(folder))), None
    )
    at = "" if place is None else f" ({place.filename}:{place.lineno})"
    return f"{type(error).__name__}: {error}{at}"
