"""What `plures adopt` found, as sentences and as data."""

import ast
from typing import TYPE_CHECKING, Any, Final

from plures.cli.console import say

if TYPE_CHECKING:
    from plures.adoption import Adoption, Candidate

_MOST_NEXT: Final = 5
_MOST_PROBLEMS: Final = 20


def tell(found: "Adoption", *, err: bool) -> None:
    """Print it."""
    web = found.web
    say(("edge      ", "dim"), f"{web.place}, {web.kind}  ", (f"{web.path}:{web.line}", "dim"), err=err)
    chosen = found.chosen
    if chosen is None:
        _tell_none(found, err=err)
    elif not chosen.is_ready:
        say(("candidate ", "dim"), f"{chosen.name} cannot be taken out yet; the patch mounts the application", err=err)
    else:
        say(("candidate ", "dim"), chosen.name, ("  " + _where(chosen), "dim"), err=err)
        say(("why       ", "dim"), _why(chosen), err=err)
        for operation in chosen.crossing:
            say(("operation ", "dim"), _signature(operation.node), err=err)
        if chosen.tables:
            say(("tables    ", "dim"), ", ".join(chosen.tables), err=err)
        for caller in chosen.rewritten:
            say(("caller    ", "dim"), f"{caller.where}  {caller.operation}", err=err)
    for item in found.left:
        say(("left to you", "yellow"), f"  {item.where + ': ' if item.where else ''}{item.what}", err=err)
    others = [each for each in found.candidates if each is not chosen]
    if others:
        say(("next      ", "dim"), f"{len(others)} more; choose with --candidate NAME", err=err)
        for each in others[:_MOST_NEXT]:
            say(f"  {each.name}  ", (_why(each), "dim"), err=err)


def _tell_none(found: "Adoption", *, err: bool) -> None:
    if not found.candidates:
        say(("candidate ", "dim"), "none: no module has a public function or class that another one calls", err=err)
        return
    say(("candidate ", "dim"), "none can be taken out as it is written; the patch mounts the application", err=err)
    nearest = found.candidates[0]
    say(f"The nearest is {nearest.name}. In the way:", err=err)
    for problem in nearest.all_problems[:_MOST_PROBLEMS]:
        say(f"  {problem.where}: {problem.what}; ", ("fix: ", "green"), problem.fix, err=err)
    for caller in nearest.left if not nearest.all_problems else ():
        say(f"  {caller.where}: the caller {caller.reason}", err=err)


def _why(candidate: "Candidate") -> str:
    """What speaks for it, and against it."""
    files = len({each.source.path for each in candidate.callers})
    said = [f"{len(candidate.crossing)} of {_many(len(candidate.operations), 'operation')} can cross"]
    said.append(
        f"{len(candidate.rewritten)} of {_many(len(candidate.callers), 'call')} can be rewritten, in {_many(files, 'file')}"
    )
    count = len(candidate.tables)
    said.append(f"touches {_many(count, 'table')}" if count else "touches no table")
    if candidate.works_with:
        listed = candidate.works_with
        said.append(f"works with {', '.join(listed[:4])}{' …' if len(listed) > 4 else ''}")  # noqa: PLR2004
    return "; ".join(said)


def as_data(found: "Adoption") -> dict[str, Any]:
    """For programs."""
    new, changed = found.lines
    web = found.web
    return {
        "edge": {"place": web.place, "kind": web.kind, "where": f"{web.path}:{web.line}"},
        "candidate": found.chosen.name if found.chosen is not None and found.chosen.is_ready else None,
        "contract": found.named.contract if found.named is not None else None,
        "candidates": [_as_data(each) for each in found.candidates],
        "left": [{"where": each.where, "what": each.what} for each in found.left],
        "files": [each.path for each in found.changes],
        "lines": {"new": new, "changed": changed},
        "patch": found.patch.decode("utf-8", "surrogateescape"),
    }


def _as_data(candidate: "Candidate") -> dict[str, Any]:
    return {
        "name": candidate.name,
        "where": _where(candidate),
        "ready": candidate.is_ready,
        "why": _why(candidate),
        "operations": [_signature(each.node) for each in candidate.crossing],
        "tables": list(candidate.tables),
        "callers": [
            {
                "where": each.where,
                "operation": each.operation,
                "rewritten": each in candidate.rewritten,
                "reason": each.reason,
            }
            for each in candidate.callers
        ],
        "problems": [{"where": each.where, "what": each.what, "fix": each.fix} for each in candidate.all_problems],
    }


def _where(candidate: "Candidate") -> str:
    return candidate.source.path


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    keyword = "def" if isinstance(node, ast.FunctionDef) else "async def"
    answer = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    return f"{keyword} {node.name}({ast.unparse(node.args)}){answer}".replace("(self, ", "(").replace("(self)", "()")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
