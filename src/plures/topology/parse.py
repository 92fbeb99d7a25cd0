"""plures.toml → `Settings`, with everything that is wrong with it at once."""

import tomllib
from pathlib import Path
from typing import Any

from plures.errors import InvalidInput, Violation

from .address import listener
from .model import Address, Settings, Topology, monolith
from .process import process
from .table import Table

_PUBLIC = Address("127.0.0.1", 8000)
_CONTROL = Address("127.0.0.1", 8001)
_DATA = ".plures"


def parse(source: Path | str) -> Settings:
    """Read a file (`Path`) or its text (`str`).

    A relative data folder is relative to the folder of the file.

    Raises:
        InvalidInput: With one violation for each thing that is wrong; its `where` names file, table and key.
    """
    name, folder = (source.name, source.parent) if isinstance(source, Path) else ("plures.toml", Path())
    text = _read(source) if isinstance(source, Path) else source
    root = Table(_document(text, name), name)
    settings = _settings(root, folder, name)
    if root.violations:
        raise InvalidInput(name, root.violations)
    return settings


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        fix = (
            "Create the file, or name the right one."
            if isinstance(error, FileNotFoundError)
            else "Make it a readable file."
        )
        raise InvalidInput(
            path.name, [Violation("topology.file", str(path), f"cannot be read: {error.strerror}", fix)]
        ) from error
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text: {error.reason} at byte {error.start}"
        violation = Violation("topology.file", str(path), what, "Save the file as UTF-8.")
        raise InvalidInput(path.name, [violation]) from error


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also for a number of five thousand digits
        what = f"is not TOML: {error}"
        violation = Violation("topology.syntax", name, what, "Correct the line; https://toml.io has the rules.")
        raise InvalidInput(name, [violation]) from error


def _settings(root: Table, folder: Path, name: str) -> Settings:
    root.only("application", "listen", "topology")
    application = root.section("application")
    application.only("import", "data")
    listen = root.section("listen")
    listen.only("public", "control")
    public, control = _address(listen, "public", _PUBLIC), _address(listen, "control", _CONTROL)
    if public == control and public.port:
        listen.violate(
            "address", "control", f"is the same as public, {public}", "Give each listener a port of its own."
        )
    return Settings(
        application=_import(application),
        data=folder / (application.text("data") or _DATA),
        public=public,
        control=control,
        topologies=_topologies(root, name),
        source=name,
    )


def _import(application: Table) -> str:
    text = application.text("import", required=True)
    module, _, attribute = (text or "").partition(":")
    if text is not None and not all(part.isidentifier() for part in (*module.split("."), attribute)):
        fix = 'Write package, module and attribute, such as import = "marketplace.app:app".'
        application.violate("import", "import", f"{text!r} is no import string", fix)
    return text or ""


def _address(listen: Table, key: str, default: Address) -> Address:
    text = listen.text(key)
    if text is None:
        return default
    address = listener(text)
    if address is None:
        fix = f'Write host and port, such as {key} = "{default}".'
        listen.violate("address", key, f"{text!r} is no address to listen on", fix)
    return address or default


def _topologies(root: Table, source: str) -> dict[str, Topology]:
    topologies = {"monolith": monolith(source)}
    section = root.section("topology")
    for name in section.values:
        table = section.section(name)
        processes = tuple(process(below, key) for key, below in table.tables())
        topologies[name] = Topology(name, processes, source)
        if not table.values:
            table.violate("empty", "", "has no processes", 'Add one, such as main = { capabilities = ["*"] }.')
    return topologies
