"""Finds the class that a name means in a file, through the imports of other files."""

from collections.abc import Mapping

from plures.advisor.reading import Import, ModuleFacts, ModuleIndex

Class = tuple[str, str]
"""(file, name) of a class"""

_MOST_HOPS = 4


class Classes:
    """The classes with bases of a codebase, and its contracts."""

    def __init__(self, facts: Mapping[str, ModuleFacts], index: ModuleIndex) -> None:
        self._facts = facts
        self._index = index
        self._known = {(path, model.name) for path, module in facts.items() for model in module.models}
        self._known |= {(path, each.name) for path, m in facts.items() if m.messaging for each in m.messaging.contracts}
        self._imports = {path: _local_names(module.imports) for path, module in facts.items()}

    def find(self, path: str, name: str, hops: int = _MOST_HOPS) -> Class | None:
        """The class that a name or dotted name means in a file. Re-exports are followed."""
        parts = name.split(".")
        if len(parts) == 1 and (path, name) in self._known:
            return path, name
        wanted = self._imports.get(path, {}).get(parts[0])
        if wanted is None or hops == 0:
            return None
        target = self._index.resolve(wanted, path)
        if target is None or target not in self._facts:
            return None
        last = parts[-1] if len(parts) > 1 else wanted.name
        return (target, last) if (target, last) in self._known else self.find(target, last, hops - 1)


def _local_names(imports: tuple[Import, ...]) -> dict[str, Import]:
    return {(wanted.alias or wanted.name or wanted.module.split(".")[0]): wanted for wanted in imports}
