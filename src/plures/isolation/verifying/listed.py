"""Which requests are asked: each route without parameters, those of a file, or functions of the application."""

import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from plures.errors import PluresError, did_you_mean
from plures.isolation.graph import Unit, UnitKind

from .asking import Ask, Request, get

_GET: Final = "GET "


class BadRequests(PluresError):
    """The requests to ask cannot be read, or are about what the application does not have."""

    code = "isolation.bad_requests"


def requests_from(source: str | None, units: Sequence[Unit]) -> tuple[Request, ...]:
    """The requests to ask.

    Args:
        source: A file with a path in each line; or `package.module:name` of a mapping, unit → async function of the edge's address; None
            for each route of GET without parameters.

    Raises:
        BadRequests: With what is wrong.
    """
    if source is None:
        found = tuple(_of_routes(units))
        hint = "Name some with --requests: a file with paths, as /products/tea, or functions of your own."
    elif ":" in source and not Path(source).exists():
        found, hint = tuple(_of_functions(source, units)), "Add some to the mapping."
    else:
        found, hint = tuple(_of_file(Path(source), units)), "Write one path in each line of the file."
    if not found:
        raise BadRequests("There is no request to ask", why="no route of GET is without parameters", fix=hint)
    return found


def _routes(units: Iterable[Unit]) -> Iterator[tuple[str, str]]:
    """Name and path of each route of GET."""
    for unit in units:
        if unit.kind is UnitKind.ROUTE and unit.name.startswith(_GET):
            yield unit.name, unit.name.removeprefix(_GET)


def _of_routes(units: Iterable[Unit]) -> Iterator[Request]:
    for name, path in _routes(units):
        if "{" not in path and "…" not in path:
            yield Request(name, name, get(path))


def _of_file(file: Path, units: Sequence[Unit]) -> Iterator[Request]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequests(
            f"Cannot read the requests in {file}", why=str(error), fix="Name a file, or module:name."
        ) from None
    for number, line in enumerate(lines, 1):
        path = line.partition("#")[0].strip().removeprefix(_GET)
        if path:
            yield Request(_route_of(path, units, f"{file}, line {number}"), f"{_GET}{path}", get(path))


def _route_of(path: str, units: Sequence[Unit], where: str) -> str:
    plain = path.partition("?")[0]
    for name, template in _routes(units):
        if _pattern(template).fullmatch(plain):
            return name
    known = ", ".join(template for _, template in _routes(units)) or "no route that could be read"
    raise BadRequests(f"{where}: no route of GET fits {path}", why=f"the edge has {known}", fix="Correct the path.")


def _pattern(template: str) -> re.Pattern[str]:
    """`/products/{product_id}` and `/files/{name:path}` as what they match."""
    parts = re.split(r"(\{[^}]*\})", template)
    return re.compile("".join(_part(part) if part.startswith("{") else re.escape(part) for part in parts))


def _part(parameter: str) -> str:
    return ".+" if parameter.endswith(":path}") else "[^/]+"


def _of_functions(source: str, units: Sequence[Unit]) -> Iterator[Request]:
    module_name, _, attribute = source.partition(":")
    try:
        mapping: Any = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise BadRequests(f"Cannot import the requests {source}", why=str(error), fix="Name module:name.") from None
    if not callable(getattr(mapping, "items", None)):
        why = "it is no mapping of operations and routes to async functions"
        raise BadRequests(f"{source} names no requests", why=why, fix='As in {"POST /checkout": buy}.')
    names = [unit.name for unit in units]
    functions: Mapping[str, Ask] = mapping
    for unit, ask in functions.items():
        if unit not in names:
            hint = did_you_mean(unit, names) or "`plures topology isolate --json` lists them under needs."
            raise BadRequests(f"{source}: there is no operation or route {unit!r}", fix=hint)
        yield Request(unit, unit, ask)
