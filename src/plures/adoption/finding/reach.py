"""What a piece of code comes to when it runs, as far as names tell: functions and classes of the application, other packages, tables."""

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from plures.adoption.code import Foreign, Function, Place, Program, Source
from plures.advisor import Survey

_MOST: Final = 400
_CONTEXTS: Final = {
    "flask": frozenset("request g session current_app url_for render_template render_template_string flash redirect abort make_response jsonify".split()),
    "quart": frozenset("request g session current_app url_for render_template flash redirect abort make_response jsonify".split()),
}  # fmt: skip
_WEB: Final = ("fastapi.", "starlette.", "werkzeug.", "django.http.", "rest_framework.", "litestar.", "quart.")
# Packages that hold no work of their own: what an operation needs of them says nothing about it.
_NO_WORK: Final = frozenset(
    "typing typing_extensions dataclasses enum abc functools itertools collections contextlib datetime decimal uuid logging re math "
    "warnings copy operator string textwrap types sys time json os pathlib secrets random hashlib base64 pydantic sqlalchemy sqlmodel "
    "django flask fastapi starlette werkzeug attr attrs msgspec inspect traceback unicodedata numbers __future__ html importlib_metadata packaging six pkg_resources".split()
)
# Of the standard library, and of Django, what works outside of the process.
_WORK: Final = (
    "smtplib", "urllib.request", "http.client", "socket", "ftplib", "subprocess", "shutil", "zipfile", "tarfile", "csv", "imaplib",
    "email.mime", "email.message", "django.core.mail", "django.template.loader", "xml.", "sqlite3", "multiprocessing",
)  # fmt: skip


@dataclass
class Reach:
    """What was found.

    Attributes:
        works_with: Packages that do work: they send, draw, convert or ask.
        contexts: What exists within a request alone, with the line of its use: (path, line, name).
        raises: Exception classes of the application.
        foreign_raises: Exceptions of a web framework, with the line: (path, line, name).
    """

    tables: dict[str, None] = field(default_factory=dict[str, None])
    works_with: dict[str, None] = field(default_factory=dict[str, None])
    contexts: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    raises: dict[Place, None] = field(default_factory=dict[Place, None])
    foreign_raises: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])

    def take(self, other: "Reach") -> None:
        """Add what another one has."""
        self.tables |= other.tables
        self.works_with |= other.works_with
        self.contexts += other.contexts
        self.raises |= other.raises
        self.foreign_raises += other.foreign_raises


class Reaching:
    """Follows names from function to function."""

    def __init__(self, program: Program, survey: Survey) -> None:
        self._program = program
        self._own: dict[ast.AST, tuple[Reach, list[tuple[Source, ast.AST]]]] = {}
        self._tables: dict[str, list[tuple[int, str]]] = {}
        for table in survey.tables:
            for site in table.sites:
                self._tables.setdefault(site.path, []).append((site.line, table.name))

    def of(self, source: Source, nodes: Sequence[ast.AST]) -> Reach:
        """What these functions, or this class, come to."""
        found = Reach()
        waiting: list[tuple[Source, ast.AST]] = [(source, node) for node in nodes]
        seen: set[ast.AST] = set()
        while waiting and len(seen) < _MOST:
            home, node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node not in self._own:
                self._own[node] = self._look(home, node)
            own, further = self._own[node]
            found.take(own)
            waiting += further
        return found

    def _look(self, home: Source, node: ast.AST) -> tuple[Reach, list[tuple[Source, ast.AST]]]:
        """What one definition has itself, and the definitions that it names."""
        found = Reach()
        further: list[tuple[Source, ast.AST]] = []
        if isinstance(node, ast.stmt):
            last = node.end_lineno or node.lineno
            touched = self._tables.get(home.path, ())
            found.tables.update((name, None) for line, name in touched if node.lineno <= line <= last)
        for each in ast.walk(node):
            if isinstance(each, ast.Raise) and each.exc is not None:
                self._raised(home, each.exc, found)
            if not isinstance(each, ast.Name | ast.Attribute) or not isinstance(each.ctx, ast.Load):
                continue
            meaning = self._program.meaning(home, each)
            if isinstance(meaning, Foreign):
                self._note(home, each, meaning.dotted, found)
            elif isinstance(meaning, Place) and meaning.name:
                definition = self._definition(meaning)
                if isinstance(definition[1], Function | ast.ClassDef):
                    further.append(definition)
                if needs := self._needs_context(meaning):
                    found.contexts.append((home.path, each.lineno, needs))
        return found, further

    def _raised(self, home: Source, exc: ast.expr, found: Reach) -> None:
        raised = exc.func if isinstance(exc, ast.Call) else exc
        meaning = self._program.meaning(home, raised)
        if isinstance(meaning, Place) and meaning.name and self._is_class(meaning):
            if self._is_of_web(meaning):
                found.foreign_raises.append((home.path, exc.lineno, meaning.name))
            found.raises[meaning] = None
        elif isinstance(meaning, Foreign) and meaning.dotted.startswith(_WEB):
            found.foreign_raises.append((home.path, exc.lineno, meaning.dotted.rpartition(".")[2]))

    def _note(self, home: Source, node: ast.expr, dotted: str, found: Reach) -> None:
        top, _, rest = dotted.partition(".")
        if top in _CONTEXTS and rest.partition(".")[0] in _CONTEXTS[top]:
            found.contexts.append((home.path, node.lineno, f"{top}.{rest.partition('.')[0]}"))
        work = next((each for each in _WORK if dotted == each or dotted.startswith(each.rstrip(".") + ".")), "")
        if work:
            found.works_with[work.rstrip(".")] = None
        elif top not in _NO_WORK and top not in sys.stdlib_module_names:
            found.works_with[top] = None

    def _needs_context(self, place: Place) -> str:
        """The extension of Flask that an object is of: it works within an application context alone."""
        _, statement = self._definition(place)
        value = getattr(statement, "value", None)
        made = (
            self._program.meaning(self._program.sources[place.path], value.func)
            if isinstance(value, ast.Call)
            else None
        )
        if isinstance(made, Foreign) and made.dotted.startswith("flask_"):
            return f"{place.name}, of {made.dotted.partition('.')[0]},"
        return ""

    def _definition(self, place: Place) -> tuple[Source, ast.AST]:
        home = self._program.sources[place.path]
        bound = self._program.names(home).get(place.name, [])
        return home, bound[0].statement if bound and bound[0] is not None else home.tree

    def _is_of_web(self, place: Place) -> bool:
        home, made = self._definition(place)
        bases = [self._program.meaning(home, each) for each in getattr(made, "bases", [])]
        return any(isinstance(each, Foreign) and each.dotted.startswith(_WEB) for each in bases)

    def _is_class(self, place: Place) -> bool:
        return isinstance(self._definition(place)[1], ast.ClassDef)
