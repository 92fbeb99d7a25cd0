"""The source of a function, as a syntax tree."""

import ast
from functools import cache
from pathlib import Path
from types import CodeType
from typing import TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class NoSource(Exception):
    """The source of a function is not there, or has changed since it was imported."""


def node_of(code: CodeType) -> FunctionNode:
    """The node that a code object was compiled from; raises `NoSource`."""
    node = _functions(code.co_filename).get((code.co_name, code.co_firstlineno))
    if node is None:
        raise NoSource(code.co_qualname)
    return node


@cache
def _functions(file: str) -> dict[tuple[str, int], FunctionNode]:
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[tuple[str, int], FunctionNode] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            found["<lambda>", node.lineno] = node
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # The code of a decorated function begins at its first decorator.
            found[node.name, min([node.lineno, *(each.lineno for each in node.decorator_list)])] = node
    return found
