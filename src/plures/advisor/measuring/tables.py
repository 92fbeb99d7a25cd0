"""Which component touches which database table, and how. Resolves model classes across files. Reads no history."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from plures.advisor.reading import Access, ModelClass, ModuleFacts

from .classes import Class, Classes


@dataclass(frozen=True)
class TableSite:
    """One place that touches a table."""

    component: str
    path: str
    line: int
    access: Access


@dataclass(frozen=True)
class Table:
    """A table with all places that touch it.

    Attributes:
        name: As SQL names it, or as the framework would.
        owner: The component that defines it; if none does, the one that writes it most, else the one that reads it most.
    """

    name: str
    owner: str
    sites: tuple[TableSite, ...]

    def components(self, *accesses: Access) -> tuple[str, ...]:
        """Components that touch it in one of these ways, or at all when none is named, in alphabetical order."""
        return tuple(sorted({site.component for site in self.sites if site.access in (accesses or Access)}))


def shared_tables(tables: Iterable[Table]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Names of the tables that two components both touch, by pair in alphabetical order."""
    shared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for table in tables:
        for pair in combinations(table.components(), 2):
            shared[pair].append(table.name)
    return {pair: tuple(names) for pair, names in shared.items()}


@dataclass(frozen=True)
class SharedDatabase:
    """What a capability of Plures declares by `shared_tables`: its rows lie in the application's own database.

    Attributes:
        path: File of the declaration.
    """

    component: str
    tables: tuple[str, ...]
    path: str
    line: int

    @property
    def advice(self) -> str:
        """How it gets to own them."""
        capability = re.split(r"[./]", self.component)[-1]
        return (
            f"Let it own them first: `plures data adopt {capability} --from …` moves them into a database of its own."
        )


def shared_databases(
    facts: Mapping[str, ModuleFacts], classes: Classes, component_of: Mapping[str, str]
) -> list[SharedDatabase]:
    """What the code declares, in the order of its files. Arguments as of `find_tables`."""
    resolver = _Resolver(facts, classes)
    found: list[SharedDatabase] = []
    for path, module in facts.items():
        for each in module.messaging.shared if module.messaging else ():
            home = classes.find(path, each.what)
            component = component_of.get(home[0] if home else path)
            models = [resolver.table_of(path, name) for name in each.models]
            if component is not None:
                found.append(SharedDatabase(component, tuple(sorted({*each.names, *models})), path, each.line))
    return found


def find_tables(
    facts: Mapping[str, ModuleFacts],
    classes: Classes,
    component_of: Mapping[str, str],
    shared: Iterable[SharedDatabase] = (),
) -> list[Table]:
    """All tables that the code names, in alphabetical order.

    A capability of Plures has a database of its own: what another calls by the same name is another table, unless it is said to be shared.

    Args:
        facts: Production files only.
        shared: What capabilities have in the application's own database.
    """
    together = {(each.component, name) for each in shared for name in each.tables}
    apart = {
        component_of.get(path) for path, module in facts.items() if module.messaging and module.messaging.contracts
    }
    resolver = _Resolver(facts, classes)
    sites: defaultdict[tuple[str, str], list[TableSite]] = defaultdict(list)
    for path in facts:
        component = component_of.get(path)
        if component is not None:
            for name, access, line in resolver.touched(path):
                is_apart = component in apart and (component, name) not in together
                sites[name, component if is_apart else ""].append(TableSite(component, path, line, access))
    return [Table(name, _owner(found), tuple(found)) for (name, _), found in sorted(sites.items())]


def _owner(sites: list[TableSite]) -> str:
    for access in (Access.DEFINE, Access.WRITE, Access.READ):
        counts: defaultdict[str, int] = defaultdict(int)
        for site in sites:
            counts[site.component] += site.access == access
        if best := [c for c in sorted(counts) if counts[c] == max(counts.values()) > 0]:
            return best[0]
    return sites[0].component


class _Resolver:
    """Knows the table of each class."""

    def __init__(self, facts: Mapping[str, ModuleFacts], classes: Classes) -> None:
        self._facts = facts
        self._find = classes.find
        self._classes = {(path, model.name): model for path, module in facts.items() for model in module.models}
        self._framework: dict[Class, str] = {}
        self._tables = {key: table for key, model in self._classes.items() if (table := self._table(key, model))}

    def touched(self, path: str) -> Iterator[tuple[str, Access, int]]:
        """(table, access, line) of everything that one file touches."""
        module = self._facts[path]
        for model in module.models:
            if table := self._tables.get((path, model.name)):
                yield table, Access.DEFINE, model.line
        for use in module.tables:
            if not use.model:
                yield use.name, use.access, use.line
            elif (key := self._find(path, use.name)) and (table := self._tables.get(key)):
                yield table, use.access, use.line

    def table_of(self, path: str, model: str) -> str:
        """The table that a class means in a file; the name of the class where it is none that is known."""
        key = self._find(path, model)
        return (self._tables.get(key) if key else None) or model

    def _table(self, key: Class, model: ModelClass) -> str:
        framework = self._framework_of(key, frozenset())
        if not framework or model.abstract:
            return ""
        if framework == "sqlalchemy":
            return model.table or (
                model.name.lower() if any(b in {"db.Model", "SQLModel"} for b in model.bases) else ""
            )
        return model.table or f"{_app_label(key[0])}_{model.name.lower()}"

    def _framework_of(self, key: Class, seen: frozenset[Class]) -> str:
        if key in self._framework:
            return self._framework[key]
        model = self._classes.get(key)
        if model is None or key in seen:
            return ""
        found = model.framework
        if found == "django" and "Model" in model.bases and not self._imports_django(key[0]):
            # Many classes are called Model; only the one that was imported from Django is a model.
            found = ""
        for base in model.bases:
            above = self._find(key[0], base) if not found else None
            found = found or (self._framework_of(above, seen | {key}) if above else "")
        self._framework[key] = found
        return found

    def _imports_django(self, path: str) -> bool:
        return any(wanted.module.startswith("django.db") for wanted in self._facts[path].imports)


def _app_label(path: str) -> str:
    """Django's label of an app: the folder that holds `models.py` or the package `models`."""
    folders = path.split("/")[:-1]
    while folders and folders[-1] == "models":
        folders.pop()
    return folders[-1].lower() if folders else "main"
