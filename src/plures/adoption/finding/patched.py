"""Names that tests replace: mock.patch("shop.web.send"), patch.object(web, "send"), monkeypatch.setattr(web, "send", …)."""

import ast
import re
from typing import Final

from plures.adoption.code import Place, Program

_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_REPLACE: Final = ("patch", "setattr", "object", "multiple")


class Patched:
    """Dotted names, with where they are replaced."""

    def __init__(self, program: Program) -> None:
        self._where: dict[str, str] = {}
        for source in program.sources.values():
            if "patch" not in source.text:
                continue
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _REPLACE:
                    where = f"{source.path}:{node.lineno}"
                    match node.args:
                        case [ast.Constant(value=str() as text), *_] if _DOTTED.fullmatch(text):
                            self._where.setdefault(text, where)
                        case [ast.Name() | ast.Attribute() as owner, ast.Constant(value=str() as name), *_]:
                            meaning = program.meaning(source, owner)
                            if isinstance(meaning, Place) and meaning.path in program.sources:
                                inner = [
                                    program.sources[meaning.path].module,
                                    *([meaning.name] if meaning.name else []),
                                    name,
                                ]
                                self._where.setdefault(".".join(inner), where)
                        case _:
                            pass

    def where(self, module: str, name: str) -> str:
        """The test that replaces a name of a module, file:line; empty where none does."""
        dotted = f"{module}.{name}"
        return next((at for text, at in self._where.items() if text == dotted or dotted.endswith(f".{text}")), "")
