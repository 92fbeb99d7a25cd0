"""The files of callers, written anew where the calls are. All other text stays as it is: comments, line ends, encodings."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plures.adoption.code import Bound, Place, Program, Source
from plures.adoption.finding import Caller, Candidate

from .naming import Named

_INDENT: Final = re.compile(r"[ \t\f]*")


@dataclass(frozen=True)
class Rewritten:
    """A file.

    Attributes:
        stays: An import that nothing uses any more, file:line; empty where there is none.
    """

    source: Source
    text: str
    stays: str = ""


def rewrite(program: Program, candidate: Candidate, named: Named) -> list[Rewritten]:
    """Each file that calls the candidate."""
    by_source: dict[Source, list[Caller]] = {}
    for each in candidate.rewritten:
        by_source.setdefault(each.source, []).append(each)
    return [_file(program, candidate, named, source, callers) for source, callers in by_source.items()]


def _file(program: Program, candidate: Candidate, named: Named, source: Source, callers: Sequence[Caller]) -> Rewritten:
    client = f"plures.client({named.contract_class})"
    edits: dict[tuple[int, int], str] = {}
    gone: set[ast.AST] = set()
    names: dict[ast.stmt, dict[str, Bound]] = {}
    for each in callers:
        if each.replaced is not None and each.binding is not None:
            edits[source.span(each.replaced)] = client if candidate.class_name else f"{client}.{each.operation}"
            gone |= {*ast.walk(each.replaced)}
            names.setdefault(each.binding.statement, {})[each.local] = each.binding
    stays = ""
    for statement, of_statement in names.items():
        unused = [bound for local, bound in of_statement.items() if _is_unused(program, source, local, gone)]
        edits |= _import_edits(source, statement, unused, _new_imports(program, source, statement, candidate, named))
        if unused and not _can_go(source, statement):
            stays = f"{source.path}:{statement.lineno}"
    text = source.text
    for (start, end), new_text in sorted(edits.items(), reverse=True):
        text = text[:start] + new_text + text[end:]
    return Rewritten(source, text, stays)


def _new_imports(
    program: Program, source: Source, statement: ast.stmt, candidate: Candidate, named: Named
) -> list[str]:
    is_there = any(each is not None and _imports_plures(each) for each in program.names(source).get("plures", []))
    module = _as_imported(program, source, statement, candidate, named)
    return [*([] if is_there else ["import plures"]), f"from {module} import {named.contract_class}"]


def _as_imported(program: Program, source: Source, statement: ast.stmt, candidate: Candidate, named: Named) -> str:
    """The contract's module, spelled as the file spells that of the candidate."""
    last = named.contract_module.rpartition(".")[2]
    if isinstance(statement, ast.ImportFrom) and not candidate.source.is_package:
        written = "." * statement.level + (statement.module or "")
        base = program.module_of(source, statement)
        if base == candidate.source.module:
            head = written[: len(written) - len(written.lstrip(".").rpartition(".")[2])]
            return f"{head}{last}"
        if any(f"{base}.{each.name}" == candidate.source.module for each in statement.names):
            return f"{written}{'' if written.endswith('.') else '.'}{last}"
    return named.contract_module


def _import_edits(
    source: Source, statement: ast.stmt, unused: Sequence[Bound], new: list[str]
) -> dict[tuple[int, int], str]:
    start, end = source.span(statement)
    line_start = source.line_start(statement.lineno)
    indent = source.text[line_start:start] if _INDENT.fullmatch(source.text[line_start:start]) else None
    block = f"{source.newline}{indent or ''}".join(new)
    names = getattr(statement, "names", [])
    if unused and len(unused) == len(names) and _can_go(source, statement):
        return {(start, end): block}
    after = source.line_start((statement.end_lineno or statement.lineno) + 1)
    # What follows a statement behind a semicolon, or a comment, stays on its line.
    before = "" if source.text[:after].endswith(("\n", "\r")) else source.newline
    if indent is None:
        line = source.lines[statement.lineno - 1]
        indent = line[: len(line) - len(line.lstrip(" \t\f"))]
        block = f"{source.newline}{indent}".join(new)
    edits = {(after, after): f"{before}{indent}{block}{source.newline}"}
    if unused and _can_go(source, statement):
        gone = {id(each.alias) for each in unused}
        kept = [each for each in names if id(each) not in gone]
        texts = [each.name + (f" as {each.asname}" if each.asname else "") for each in kept]
        head = source.text[start : source.span_of_alias(names[0])[0]]
        edits[start, end] = head + ", ".join(texts)
    return edits


def _can_go(source: Source, statement: ast.stmt) -> bool:
    """Whether names can be taken out of an import without losing a comment or a layout: it is one plain line."""
    line = source.lines[statement.lineno - 1]
    before, _, after = line.partition(source.snippet(statement))
    return statement.lineno == statement.end_lineno and not before.strip() and not after.strip() and "(" not in line


def _is_unused(program: Program, source: Source, local: str, gone: set[ast.AST]) -> bool:
    """Whether nothing needs the name of an import any more, in this file and in others that take it from here."""
    if source.is_package:
        return False
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == local and node not in gone:
            return False
        # `__all__`, annotations in quotes, and code in texts.
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.search(rf"\b{re.escape(local)}\b", node.value)
        ):
            return False
    return not any(_takes(program, other, source, local) for other in program.sources.values())


def _takes(program: Program, other: Source, source: Source, name: str) -> bool:
    """Whether a file takes a name from another one that merely imports it."""
    for node in ast.walk(other.tree):
        match node:
            case ast.ImportFrom(names=names) if any(each.name in (name, "*") for each in names):
                if program.module_of(other, node) == source.module:
                    return True
            case ast.Attribute(value=value, attr=attribute) if attribute == name:
                if program.meaning(other, value) == Place(source.path, ""):
                    return True
            case _:
                pass
    return False


def _imports_plures(bound: Bound) -> bool:
    return bound.alias is not None and bound.alias.name == "plures"
