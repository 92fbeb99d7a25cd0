"""Reads dotted names off a syntax tree."""

import ast


def chain(node: ast.expr) -> list[str]:
    """`a.b.c` as ["a", "b", "c"]; empty when the chain does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return []
    return [node.id, *reversed(parts)]


def annotation(node: ast.expr | None) -> str:
    """The dotted name that an annotation is, also one in quotes; empty where it is anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ""
    return ".".join(chain(node)) if node is not None else ""
