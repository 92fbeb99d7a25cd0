"""The web application: what the server runs today. Reads code and the files in which its command line may stand."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plures.adoption.code import Foreign, Function, Place, Program, Source
from plures.adoption.errors import NoSuchEdge, NoWebApplication, SeveralWebApplications
from plures.errors import did_you_mean

_MAKERS: Final = {
    "fastapi.FastAPI": "FastAPI",
    "fastapi.applications.FastAPI": "FastAPI",
    "starlette.applications.Starlette": "Starlette",
    "flask.Flask": "Flask",
    "flask.app.Flask": "Flask",
    "quart.Quart": "Quart",
    "litestar.Litestar": "Litestar",
    "django.core.wsgi.get_wsgi_application": "Django",
    "django.core.asgi.get_asgi_application": "Django",
}
_COMMANDS: Final = re.compile(r"(?<![\w./:-])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)(?![\w/:])")
_COMMAND_FILES: Final = (
    "Procfile",
    "Dockerfile",
    "Makefile",
    "*.yml",
    "*.yaml",
    "*.toml",
    "*.sh",
    "*.cfg",
    "*.service",
    "*.md",
)
_LARGEST_BYTES: Final = 200_000
_DEEPEST_CALL: Final = 3
"""So many calls within a call are followed: middleware stands around an application."""
_DEEPEST_FOLDER: Final = 2
"""Files that start an application lie at the top, or in a folder for that."""


@dataclass(frozen=True)
class WebApplication:
    """What becomes the edge.

    Attributes:
        module: Where it is.
        name: Of the object, or of the function that makes it.
        kind: Its framework.
        root: The folder in which its import begins, from the folder that was asked for; empty for that itself.
        is_called: The name is that of a function that makes it.
        has_parameters: That function takes some, all with defaults.
    """

    module: str
    name: str
    kind: str
    path: str
    line: int
    root: str
    is_called: bool = False
    has_parameters: bool = False

    @property
    def place(self) -> str:
        """As a server is told it."""
        return f"{self.module}:{self.name}"


def find_application(program: Program, folder: Path, edge: str | None) -> WebApplication:
    """The one that the server runs.

    Args:
        edge: The place that a person named.

    Raises:
        NoWebApplication, SeveralWebApplications, NoSuchEdge: As they say.
    """
    if edge is not None:
        return _named(program, edge)
    for sources in (program.production, [*program.sources.values()]):
        found = [each for source in sources for each in _objects(program, source)]
        found = found or [each for source in sources for each in _factories(program, source)]
        if len(found) > 1:
            found = _told_apart(program, found, folder)
        if len(found) > 1:
            places = "; ".join(f"{each.place} ({each.kind}, {each.path}:{each.line})" for each in found)
            raise SeveralWebApplications(str(folder), len(found), places, found[0].place)
        if found:
            return found[0]
    unread = "".join(f"; {each.path} cannot be read: {each.reason}" for each in program.unread[:3])
    raise NoWebApplication(str(folder), unread)


def _named(program: Program, edge: str) -> WebApplication:
    module, _, name = edge.partition(":")
    known = {source.module: source for source in program.sources.values()}
    if not name or module not in known:
        reason = (
            "it does not name a module and an object, as in shop.web:app" if not name else f"no file is called {module}"
        )
        raise NoSuchEdge(
            edge, reason, did_you_mean(module, known) or "Name it as your server does: --edge shop.web:app."
        )
    source = known[module]
    names = program.names(source)
    if name not in names:
        way_out = did_you_mean(name, names) or f"{source.path} has {', '.join(sorted(names)) or 'no name'}."
        raise NoSuchEdge(edge, f"{source.path} has no {name} at its top level", way_out)
    bound = names[name][0]
    statement = bound.statement if bound is not None else source.tree.body[0]
    if isinstance(statement, Function):
        made_by = None if _is_wsgi(statement) else statement
        return _of(source, name, "application", statement.lineno, made_by=made_by)
    return _of(
        source, name, _made_by(program, source, getattr(statement, "value", None)) or "application", statement.lineno
    )


def _objects(program: Program, source: Source) -> Iterator[WebApplication]:
    for statement in source.tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                kind = _made_by(program, source, value)
                if kind and not _is_mounted(program, source, name):
                    yield _of(source, name, kind, statement.lineno)
            case _:
                pass


def _factories(program: Program, source: Source) -> Iterator[WebApplication]:
    for statement in source.tree.body:
        if isinstance(statement, ast.FunctionDef) and (kind := _returns(program, source, statement)):
            needed = len(statement.args.args) + len(statement.args.posonlyargs) - len(statement.args.defaults)
            if not needed and all(statement.args.kw_defaults):
                yield _of(source, statement.name, kind, statement.lineno, made_by=statement)


def _made_by(program: Program, source: Source, value: ast.expr | None, depth: int = 0) -> str:
    """The framework of what an expression makes; empty where it makes none."""
    if not isinstance(value, ast.Call) or depth > _DEEPEST_CALL:
        return ""
    meaning = program.meaning(source, value.func)
    if isinstance(meaning, Foreign) and meaning.dotted in _MAKERS:
        return _MAKERS[meaning.dotted]
    if isinstance(meaning, Place) and meaning.path in program.sources:
        home = program.sources[meaning.path]
        made = next((each for each in home.tree.body if getattr(each, "name", "") == meaning.name), None)
        if isinstance(made, ast.FunctionDef):
            return _returns(program, home, made, depth)
        if isinstance(made, ast.ClassDef):
            kinds = [program.meaning(home, base) for base in made.bases]
            return next((_MAKERS[k.dotted] for k in kinds if isinstance(k, Foreign) and k.dotted in _MAKERS), "")
    # A middleware around an application: app = SentryAsgiMiddleware(app).
    inner = [_made_by(program, source, each, depth + 1) for each in value.args]
    return next(filter(None, inner), "")


def _returns(program: Program, source: Source, function: ast.FunctionDef, depth: int = 0) -> str:
    made = {
        target.id: kind
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and (kind := _made_by(program, source, node.value, depth + 1))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            name = node.value.id if isinstance(node.value, ast.Name) else ""
            if kind := made.get(name) or _made_by(program, source, node.value, depth + 1):
                return kind
    return ""


def _is_mounted(program: Program, source: Source, name: str) -> bool:
    """Whether another application has it below itself: app.mount("/v1", api)."""
    for other in program.sources.values():
        if ".mount(" not in other.text and "DispatcherMiddleware" not in other.text:
            continue
        for node in ast.walk(other.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mount":
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                if Place(source.path, name) in [program.meaning(other, each) for each in given]:
                    return True
    return False


def _told_apart(program: Program, found: list[WebApplication], folder: Path) -> list[WebApplication]:
    """Those that a command line names; of one Django project, its WSGI application."""
    told = _commands(program, folder)
    named = [each for each in found if each.place in told]
    if named:
        found = named
    projects = {each.module.rpartition(".")[0] for each in found}
    if len(projects) == 1 and all(each.kind == "Django" for each in found):
        wsgi = [each for each in found if each.module.endswith("wsgi")]
        return wsgi[:1] or found
    return found


def _commands(program: Program, folder: Path) -> set[str]:
    """All places, module:name, in files that say how the application is started."""
    found: set[str] = set()
    for pattern in _COMMAND_FILES:
        for path in program.codebase.tree.paths:
            if Path(path).match(pattern) and path.count("/") <= _DEEPEST_FOLDER:
                file = folder / path
                if file.is_file() and not file.is_symlink() and file.stat().st_size < _LARGEST_BYTES:
                    text = file.read_text(encoding="utf-8", errors="replace")
                    found.update(f"{module}:{name}" for module, name in _COMMANDS.findall(text))
    return found


def _is_wsgi(function: Function) -> bool:
    match function.args.args:
        case [_, second]:
            return second.arg.startswith("start_res")
        case _:
            return False


def _of(source: Source, name: str, kind: str, line: int, *, made_by: Function | None = None) -> WebApplication:
    ending = "/__init__.py" if source.is_package else ".py"
    below = source.module.replace(".", "/") + ending
    root = source.path.removesuffix(below).strip("/")
    takes = made_by is not None and any(isinstance(each, ast.arg) for each in ast.walk(made_by.args))
    return WebApplication(source.module, name, kind, source.path, line, root, made_by is not None, takes)
