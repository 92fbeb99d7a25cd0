"""The imports of a module that is written: what the names in copied annotations stand for there."""

import ast
import sys
from collections.abc import Iterable

from plures.adoption.code import Place, Program, Source

_OWN = 2


class Imports:
    """Statements, each once, in the usual order: Python's, those of others, the application's own."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._own = {source.module.partition(".")[0] for source in program.sources.values()}
        self._lines: dict[str, dict[str, None]] = {}
        self.modules: dict[str, None] = {}

    def add(self, module: str, name: str = "", alias: str = "") -> None:
        """`from module import name as alias`, or `import module as alias`."""
        self.modules[module] = None
        renamed = f" as {alias}" if alias and alias != (name or module) else ""
        self._lines.setdefault(module, {})[f"{name}{renamed}" if name else f"={renamed}"] = None

    def add_for(self, source: Source, nodes: Iterable[ast.expr]) -> None:
        """What the names in expressions of a file need elsewhere."""
        for node in (each for whole in nodes for each in ast.walk(whole)):
            if isinstance(node, ast.Name):
                self._add_name(source, node)

    def _add_name(self, source: Source, node: ast.Name) -> None:
        bound = self._program.binding(source, node)
        if bound is None:
            meaning = self._program.meaning(source, node)
            if isinstance(meaning, Place) and meaning.name:
                self.add(self._program.sources[meaning.path].module, meaning.name)
        elif isinstance(bound.statement, ast.ImportFrom) and bound.alias is not None:
            self.add(self._program.module_of(source, bound.statement), bound.alias.name, bound.alias.asname or "")
        elif bound.alias is not None:
            self.add(bound.alias.name, "", bound.alias.asname or "")

    @property
    def text(self) -> str:
        """The statements, blocks parted by empty lines."""
        blocks: list[list[str]] = [[], [], []]
        for module in sorted(self._lines):
            top = module.partition(".")[0]
            block = _OWN if top in self._own else 0 if top in sys.stdlib_module_names else 1
            names = self._lines[module]
            blocks[block] += [f"import {module}{each[1:]}" for each in names if each.startswith("=")]
            taken = sorted(
                (each for each in names if not each.startswith("=")), key=lambda each: (not each[:1].isupper(), each)
            )
            if taken:
                blocks[block].append(f"from {module} import {', '.join(taken)}")
        return "\n\n".join("\n".join(block) for block in blocks if block)


def unquoted(annotation: ast.expr) -> ast.expr:
    """An annotation without the quotes around names that were not yet defined where it stands."""

    class Unquoting(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            return ast.parse(node.value.strip(), mode="eval").body if isinstance(node.value, str) else node

        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            # The texts of a Literal, and what Annotated carries, are values.
            if ast.unparse(node.value).rpartition(".")[2] in ("Literal", "Annotated"):
                return node
            self.generic_visit(node)
            return node

    copied = ast.parse(ast.unparse(annotation), mode="eval").body
    visited: ast.expr = Unquoting().visit(copied)
    return visited
