"""Texts and names in the source of a module: quotes, docstrings, imports."""

import json
import sys
from collections.abc import Iterable
from typing import Final

_WIDTH: Final = 120


class Unspellable(Exception):
    """Something has no name that another module could import, or no source at all."""

    def __init__(self, subject: str, problem: str) -> None:
        super().__init__(subject, problem)
        self.subject = subject
        self.problem = problem


class Names:
    """What one module imports. Names that the module defines itself, or that two modules have, are spelled with their module."""

    def __init__(self, taken: Iterable[str], package: str, width: int = _WIDTH) -> None:
        self._width = width
        self._home: dict[str, str] = dict.fromkeys(taken, "")
        self._package = package
        self._from: dict[str, set[str]] = {}
        self._whole: dict[str, str] = {}

    @property
    def modules(self) -> frozenset[str]:
        """All modules that are imported."""
        return frozenset(self._from) | frozenset(self._whole)

    def named(self, module: str, qualname: str) -> str:
        """How the module spells something that another one has."""
        if "<" in qualname or module == "__main__":
            raise Unspellable(qualname, "cannot be imported: it is made within a function, or in the script that runs")
        top = qualname.partition(".")[0]
        if self._home.setdefault(top, module) != module:
            return f"{self._alias(module)}.{qualname}"
        if module != "builtins":
            self._from.setdefault(module, set()).add(top)
        return qualname

    def imports(self) -> str:
        """The import statements: Python's, then those of others, then the application's own."""
        blocks: list[list[str]] = [[], [], []]
        for module, alias in sorted(self._whole.items()):
            renamed = f" as {alias}" if alias != module else ""
            blocks[self._block(module)].append(f"import {module}{renamed}")
        for module, names in sorted(self._from.items()):
            line = f"from {module} import {', '.join(sorted(names, key=_like_isort))}"
            if len(line) > self._width:
                listed = "".join(f"    {name},\n" for name in sorted(names, key=_like_isort))
                line = f"from {module} import (\n{listed})"
            blocks[self._block(module)].append(line)
        return "\n\n".join("\n".join(block) for block in blocks if block)

    def _alias(self, module: str) -> str:
        if module not in self._whole:
            alias = module.replace(".", "_")
            while alias in self._home:
                alias += "_"
            self._whole[module] = alias
            self._home[alias] = ""
        return self._whole[module]

    def _block(self, module: str) -> int:
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names:
            return 0
        return 2 if top == self._package else 1


def text_source(text: str) -> str:
    """A text between double quotes."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def doc_source(doc: str, indent: str) -> str:
    """A docstring, indented, with the line that it ends; empty where there is none."""
    if not doc.strip():
        return ""
    safe = doc.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    safe = f'{safe[:-1]}\\"' if safe.endswith('"') else safe
    lines = safe.splitlines()
    last = [] if len(lines) == 1 else [f'{indent}"""']
    first = f'{indent}"""{lines[0]}' + ('"""' if len(lines) == 1 else "")
    return "\n".join([first, *(f"{indent}{line}".rstrip() for line in lines[1:]), *last]) + "\n"


def _like_isort(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name
