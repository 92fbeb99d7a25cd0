"""Which ASGI application a folder has: as its command line says, or as its code does."""

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from .found import Found

_APP: Final = re.compile(r"(?<![\w./])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)(\(\))?(?![\w/])")
_PORT: Final = re.compile(r"(?:--port|-p|--bind|-b)[ =](?:\S*:)?(\d+)")
_FOLDER: Final = re.compile(r"--(?:app-dir|chdir)[ =](\S+)")
_KINDS: Final = frozenset({"FastAPI", "Starlette", "Quart", "Litestar", "Sanic", "BlackSheep", "Robyn"})
_FIRST: Final = ("main", "app", "asgi", "server", "api")
_SKIPPED: Final = frozenset({"tests", "test", "venv", "env", "node_modules", "site-packages"})


def read_command(found: Found, command: str) -> None:
    """What the command line of a server says."""
    match = _APP.search(command)
    if match is not None:
        is_factory = match.group(3) or "--factory" in command
        found.app = f"{match.group(1)}:{match.group(2)}{'()' if is_factory else ''}"
    port = _PORT.search(command)
    if port is not None:
        found.port = int(port.group(1))
    folder = _FOLDER.search(command)
    if folder is not None and (found.folder / folder.group(1)).is_dir():
        found.folder = found.folder / folder.group(1)


def command_of_image(folder: Path, dockerfile: str = "Dockerfile") -> str:
    """The last command of a Dockerfile as one line; empty where there is none."""
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = (folder / dockerfile).read_text(encoding="utf-8")
    commands = re.findall(
        r"^\s*(?:CMD|ENTRYPOINT)\s+(.+?)(?<!\\)$", text, flags=re.MULTILINE | re.IGNORECASE | re.DOTALL
    )
    return " ".join(re.sub(r'[\[\]",\\]', " ", command) for command in commands)


def find_application(found: Found) -> None:
    """Look for the application in the code, and for the folder from which its import string leads to a file."""
    if found.app:
        _settle_folder(found)
        return
    places = sorted(_applications(found.folder), key=_rank)
    if places:
        path, name = places[0]
        module = ".".join(path.relative_to(found.folder).with_suffix("").parts).removesuffix(".__init__")
        found.app = f"{module}:{name}"


def words(command: object) -> str:
    """A command of a Compose file, a text or a list, as one line."""
    if isinstance(command, list):
        return shlex.join(str(word) for word in command)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return "" if command is None else str(command)


def _settle_folder(found: Found) -> None:
    path = Path(*found.app.partition(":")[0].split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if (found.folder / candidate).is_file():
            return
        below = sorted(place for place in found.folder.glob(f"*/{candidate}") if place.is_file())
        if below:
            found.folder = Path(str(below[0]).removesuffix(f"/{candidate}"))
            return


def _applications(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).parts
        if any(part in _SKIPPED or part.startswith(".") for part in parts):
            continue
        with suppress(SyntaxError, ValueError, OSError):
            tree = ast.parse(path.read_bytes())
            yield from ((path, name) for name in _assigned(tree))


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
            continue
        function = node.value.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        targets: list[ast.expr] = [*node.targets] if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if called in _KINDS and isinstance(target, ast.Name))


def _rank(place: tuple[Path, str]) -> tuple[int, int, str]:
    path, _ = place
    order = _FIRST.index(path.stem) if path.stem in _FIRST else len(_FIRST)
    return len(path.parts), order, str(path)
