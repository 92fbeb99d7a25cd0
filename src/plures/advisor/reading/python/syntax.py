"""Walks a syntax tree and notes imports, uses of imported names, transactions, mutable globals and tables."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .chain import chain
from .facts import Access, Import, ModelClass, ModuleFacts, TableUse, Use
from .messaging import messaging_of
from .orm import access_of_chain, model_of_class, model_of_table, query_argument_access
from .sql import tables_in

_CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_CONTAINER_CALLS = frozenset({"dict", "list", "set", "defaultdict", "deque", "OrderedDict", "Counter"})
_TRANSACTIONS = frozenset({"atomic", "transaction", "begin", "begin_nested", "commit_on_success", "write_transaction"})


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the walk is.

    Attributes:
        lazy: Inside a function.
        typing_only: Under TYPE_CHECKING.
        transaction: Line where the transaction around it begins; 0 outside.
    """

    lazy: bool = False
    typing_only: bool = False
    transaction: int = 0


class Reader:
    """Collects the facts of one module. Use it for one module only."""

    def __init__(self) -> None:
        self._imports: list[Import] = []
        self._aliases: dict[str, list[int]] = {}
        self._uses: list[Use] = []
        self._tables: list[TableUse] = []
        self._models: list[ModelClass] = []
        self._transactions: dict[int, set[int]] = {}
        self._globals: dict[str, None] = {}

    def read(self, tree: ast.Module, lines: int) -> ModuleFacts:
        """Facts of `tree`."""
        # Imports come first, since a function may use a name that is imported further down.
        for node, scope in _imports(tree, _Scope()):
            self._add_import(node, scope)
        for statement in tree.body:
            self._top_level(statement)
        self._visit_all(tree.body, _Scope())
        return ModuleFacts(
            lines=lines,
            imports=tuple(self._imports),
            uses=tuple(self._uses),
            tables=tuple(self._tables),
            models=tuple(self._models),
            transactions=tuple((line, tuple(sorted(used))) for line, used in self._transactions.items() if used),
            mutable_globals=tuple(self._globals),
            messaging=messaging_of(tree, self._imports),
        )

    def _add_import(self, node: ast.Import | ast.ImportFrom, scope: _Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                module, level, name, local = alias.name, 0, "", alias.asname or alias.name.split(".", maxsplit=1)[0]
            else:
                module, level, name, local = node.module or "", node.level, alias.name, alias.asname or alias.name
            self._aliases.setdefault(local, []).append(len(self._imports))
            self._imports.append(
                Import(module, level, name, node.lineno, scope.lazy, scope.typing_only, alias.asname or "")
            )

    def _top_level(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.ClassDef) and (model := model_of_class(statement)):
            self._models.append(model)
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if names and (model := model_of_table(names[0], statement.value)):
                self._models.append(model)
            if _is_mutable(statement.value):
                self._globals.update(dict.fromkeys(name for name in names if name != "__all__"))

    def _visit_all(self, nodes: Iterable[ast.AST], scope: _Scope) -> None:
        for node in nodes:
            self._visit(node, scope)

    def _visit(self, node: ast.AST, scope: _Scope) -> None:
        match node:
            case ast.Attribute() | ast.Name():
                self._chain(node, scope, called=False)
            case ast.Call():
                self._call(node, scope)
            case ast.Constant(value=str() as literal):
                self._sql(literal, node.lineno)
            case ast.JoinedStr():
                self._formatted(node, scope)
            case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom():
                # A docstring may speak of tables without touching any; imports were read before.
                pass
            case ast.Global():
                self._globals.update(dict.fromkeys(node.names))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                atomic = any(_opens_transaction(decorator) for decorator in node.decorator_list)
                inner = replace(scope, lazy=True, transaction=node.lineno if atomic else scope.transaction)
                self._visit_all(ast.iter_child_nodes(node), inner)
            case ast.With() | ast.AsyncWith():
                atomic = any(_opens_transaction(item.context_expr) for item in node.items)
                inner = replace(scope, transaction=node.lineno) if atomic else scope
                self._visit_all(ast.iter_child_nodes(node), inner)
            case _:
                self._visit_all(ast.iter_child_nodes(node), scope)

    def _call(self, node: ast.Call, scope: _Scope) -> None:
        self._chain(node.func, scope, called=True)
        access = query_argument_access(node.func)
        for argument in node.args:
            name = ".".join(chain(argument))
            if access and name:
                self._tables.append(TableUse(name, access, model=True, line=node.lineno))
        if isinstance(node.func, ast.Name) and node.func.id == "Table" and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                self._tables.append(TableUse(first.value.lower(), Access.DEFINE, model=False, line=node.lineno))
        self._visit_all(node.args, scope)
        self._visit_all((keyword.value for keyword in node.keywords), scope)

    def _chain(self, node: ast.expr, scope: _Scope, *, called: bool) -> None:
        names = chain(node)
        if not names:
            self._visit_all(ast.iter_child_nodes(node), scope)
            return
        line = node.lineno
        if access := access_of_chain(names, called=called):
            model, kind = access
            self._tables.append(TableUse(model, kind, model=True, line=line))
        index = self._import_of(names)
        if index is None:
            return
        imported = self._imports[index]
        parts = imported.module.split(".")
        rest = names[len(parts) if not imported.name and names[0] == parts[0] else 1 :]
        assigned = isinstance(getattr(node, "ctx", None), ast.Store | ast.Del) and len(rest) == 1
        self._uses.append(Use(index, rest[0] if rest else "", called and len(rest) <= 1, assigned, line))
        if scope.transaction:
            self._transactions.setdefault(scope.transaction, set()).add(index)

    def _import_of(self, names: list[str]) -> int | None:
        """Position of the import that a dotted chain begins with; of `import a.b` and `import a.c`, the one that fits best."""
        candidates = self._aliases.get(names[0])
        if not candidates:
            return None

        def fit(index: int) -> int:
            parts = self._imports[index].module.split(".")
            return sum(1 for mine, written in zip(parts, names, strict=False) if mine == written)

        return max(candidates, key=fit) if len(candidates) > 1 else candidates[0]

    def _sql(self, literal: str, line: int) -> None:
        self._tables.extend(TableUse(name, access, model=False, line=line) for name, access in tables_in(literal))

    def _formatted(self, node: ast.JoinedStr, scope: _Scope) -> None:
        parts = [part.value if isinstance(part, ast.Constant) else " ? " for part in node.values]
        self._sql("".join(str(part) for part in parts), node.lineno)
        self._visit_all((part for part in node.values if not isinstance(part, ast.Constant)), scope)


def _imports(node: ast.AST, scope: _Scope) -> Iterable[tuple[ast.Import | ast.ImportFrom, _Scope]]:
    """Every import statement below `node`. Expressions cannot hold one and are not searched."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, scope
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in chain(child.test):
            for statement in child.body:
                yield from _imports(ast.Module([statement], []), replace(scope, typing_only=True))
            for statement in child.orelse:
                yield from _imports(ast.Module([statement], []), scope)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imports(child, replace(scope, lazy=True))
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _imports(child, scope)


def _opens_transaction(node: ast.expr) -> bool:
    names = chain(node.func if isinstance(node, ast.Call) else node)
    return bool(names) and (names[-1] in _TRANSACTIONS or names[-2:-1] == ["transaction"])


def _is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return (chain(value.func) or [""])[-1] in _CONTAINER_CALLS
    return isinstance(value, _CONTAINERS)
