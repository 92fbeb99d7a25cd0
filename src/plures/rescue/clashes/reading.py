"""Reads what the code of a service does to its process. Nothing is imported."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_SKIPPED: Final = frozenset({"tests", "test", "node_modules", "venv", "env", "site-packages", "alembic", "migrations"})
_MOST_FILES: Final = 5_000
# A text that may be the relative path of a file: it has an ending or a folder.
_PATH: Final = re.compile(r"[\w.-]+(/[\w.-]+)*\.\w{1,8}|\.env")


@dataclass(frozen=True)
class Fact:
    """Something that the code does.

    Attributes:
        what: The full name of what is called or used, as far as imports tell: `signal.signal`.
        where: File and line.
        text: The first argument, where that is a text.
        function: The innermost function, where that is an `async def`.
        keywords: Arguments by name, those that are text with their value.
    """

    what: str
    where: str
    text: str | None = None
    function: str | None = None
    keywords: dict[str, str | None] = field(default_factory=dict[str, str | None])


@dataclass(frozen=True)
class Unread:
    """A file that cannot be read as Python."""

    where: str
    reason: str


def facts_of(folder: Path) -> Iterator[Fact | Unread]:
    """What the Python files below a folder do, those of tests and environments left out."""
    for path in _files(folder):
        place = str(path)
        try:
            tree = ast.parse(path.read_bytes(), place)
        except (SyntaxError, ValueError, OSError) as error:
            yield Unread(place, str(error))
            continue
        reader = _Reader(place, folder)
        reader.visit(tree)
        yield from reader.facts


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parts
        if any(part in _SKIPPED or part.startswith(".") for part in parts) or parts[-1].startswith(
            ("test_", "conftest")
        ):
            continue
        found.append(path)
    return found[:_MOST_FILES]


class _Reader(ast.NodeVisitor):
    """Follows names to what was imported, and collects calls, classes and assignments to attributes of modules."""

    def __init__(self, place: str, folder: Path) -> None:
        self.facts: list[Fact] = []
        self._place = place
        self._folder = folder
        self._imported: dict[str, str] = {}
        self._functions: list[str | None] = [None]

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._imported[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if node.module and not node.level:
                self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._below(node, node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._below(node, None)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._below(node, None)

    def visit_If(self, node: ast.If) -> None:
        # A file that is run as a program is no part of the service.
        if "__main__" not in ast.unparse(node.test):
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = self._name(node.func)
        if name is not None:
            keywords = {word.arg: _text(word.value) for word in node.keywords if word.arg}
            first = _text(node.args[0]) if node.args else None
            self._note(name, node, first, keywords)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        # What follows a slash is seen from the path before it: BASE / "settings.toml".
        self.visit(node.left)
        if not (isinstance(node.op, ast.Div) and (_text(node.right) is not None or self._is_path(node.right))):
            self.visit(node.right)

    def _is_path(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._name(node.func) == "pathlib.Path"

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [self._name(base) for base in node.bases]
        if any(base in ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel") for base in bases) and any(
            word.arg == "table" for word in node.keywords
        ):
            named = next(
                (_text(a.value) for a in node.body if isinstance(a, ast.Assign) and _assigns(a, "__tablename__")), None
            )
            self._note("sqlmodel.table", node, named or node.name.lower(), {})
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and (node.value.startswith("sqlite") or self._names_a_file(node.value)):
            self._note("text", node, node.value, {})

    def _names_a_file(self, text: str) -> bool:
        """Whether a text is the path of a file of the service, as seen from its folder."""
        if not _PATH.fullmatch(text):
            return False
        return (self._folder / text).is_file()

    def _below(self, node: ast.AST, function: str | None) -> None:
        self._functions.append(function)
        self.generic_visit(node)
        self._functions.pop()

    def _note(self, what: str, node: ast.expr | ast.stmt, text: str | None, keywords: dict[str, str | None]) -> None:
        self.facts.append(Fact(what, f"{self._place}:{node.lineno}", text, self._functions[-1], keywords))

    def _name(self, node: ast.expr) -> str | None:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return f"?.{parts[0]}" if parts else None
        return ".".join([self._imported.get(node.id, node.id), *reversed(parts)])


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
