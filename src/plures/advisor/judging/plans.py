"""How a split would be done and what it would cost: what to cut in which order, the contract that callers need, calls and data."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from plures.advisor.measuring import Survey
from plures.advisor.model import Link
from plures.advisor.reading import Access, Use
from plures.advisor.reading import Link as ImportLink

from .judgement import Cost, CutStep, MergePlan, Operation, SplitPlan

_LINKS = 4
_OPERATIONS = 40
_TRANSACTIONS = 20


def plan_split(survey: Survey, component: str) -> SplitPlan:
    """The plan for taking one component out."""
    uses_in, uses_out = list(_uses(survey, component, inward=True)), list(_uses(survey, component, inward=False))
    cuts = [
        *_globals(survey, uses_in),
        *_transactions(survey, component),
        *_tables(survey, component),
        *_imports(survey, component),
    ]
    return SplitPlan(
        component, tuple(cuts), tuple(_contract(survey, uses_in)), _cost(survey, component, uses_in, uses_out)
    )


def plan_merge(survey: Survey, left: str, right: str) -> MergePlan:
    """What putting two components together saves."""
    pair = {left, right}
    crossing = [
        use
        for name in (left, right)
        for use in _uses(survey, name, inward=True)
        if survey.codebase.cut.of[use.link.source] in pair
    ]
    joined = [table.name for table in survey.tables if pair <= set(table.components(*Access))]
    coupling = survey.coupling(left, right)
    return MergePlan(sum(use.use.called for use in crossing), tuple(joined), coupling.together if coupling else 0)


@dataclass(frozen=True)
class _Crossing:
    """One use of an imported name across the component's border."""

    link: ImportLink
    use: Use


def _uses(survey: Survey, component: str, *, inward: bool) -> Iterator[_Crossing]:
    for (source, target), dependency in survey.dependencies.items():
        if source == target or (target if inward else source) != component:
            continue
        by_import: defaultdict[tuple[str, int], list[Use]] = defaultdict(list)
        for path in {link.source for link in dependency.links}:
            for use in survey.codebase.facts[path].uses:
                by_import[path, use.index].append(use)
        for link in dependency.links:
            if not link.typing_only:
                yield from (_Crossing(link, use) for use in by_import[link.source, link.index])


def _globals(survey: Survey, uses_in: list[_Crossing]) -> Iterator[CutStep]:
    """State that callers set or share: it stops working the moment there are two processes."""
    places: defaultdict[str, list[_Crossing]] = defaultdict(list)
    for crossing in uses_in:
        name = crossing.use.attribute or _imported_name(survey, crossing.link)
        if crossing.use.assigned or name in survey.codebase.facts[crossing.link.target].mutable_globals:
            places[f"{survey.codebase.index.name_of[crossing.link.target]}.{name}"].append(crossing)
    for what, found in sorted(places.items(), key=lambda item: (len(item[1]), item[0])):
        yield CutStep(
            "global",
            what,
            "Make it an operation: two processes do not share a variable.",
            len(found),
            _places(survey, found),
        )


def _transactions(survey: Survey, component: str) -> Iterator[CutStep]:
    """Transactions that use both sides of the border."""
    of = survey.codebase.cut.of
    found: list[tuple[str, int, str]] = []
    target_of = {(link.source, link.index): of[link.target] for d in survey.dependencies.values() for link in d.links}
    for path, own in of.items():
        for line, used in survey.codebase.facts[path].transactions:
            sides = {target_of[path, index] for index in used if (path, index) in target_of} | {own}
            if component in sides and len(sides) > 1:
                found.append((path, line, ", ".join(sorted(sides - {component}))))
    for path, line, others in found[:_TRANSACTIONS]:
        how = "Write on one side only, and let the other follow by an event or a saga."
        what = f"transaction together with {others}"
        yield CutStep("transaction", what, how, 1, (survey.codebase.file_link(path, line),))


def _tables(survey: Survey, component: str) -> Iterator[CutStep]:
    for table in survey.tables:
        users = table.components(*Access)
        if component not in users or len(users) == 1:
            continue
        others = [name for name in users if name != component]
        writers = [name for name in table.components(Access.WRITE, Access.DEFINE) if name in others]
        own = table.owner == component
        how = f"Let {', '.join(others)} ask the contract." if own else f"Ask {table.owner} instead of its table."
        sites = [site for site in table.sites if (site.component != component) == own]
        links = tuple(survey.codebase.file_link(site.path, site.line) for site in sites[:_LINKS])
        what = f"table {table.name}, {'also written' if writers and own else 'also used'} by {', '.join(others)}"
        yield CutStep("table", what, how, len(sites), links)


def _imports(survey: Survey, component: str) -> Iterator[CutStep]:
    """Circles first, thinner direction first; then callers, then what it calls."""
    found: list[tuple[int, int, str, str]] = []
    for (source, target), dependency in survey.dependencies.items():
        if source == target or component not in (source, target):
            continue
        back = survey.dependencies.get((target, source))
        circle = back is not None and dependency.sites <= back.sites
        rank = 0 if circle else 1 if target == component else 2
        found.append((rank, dependency.sites, source, target))
    for rank, sites, source, target in sorted(found):
        links = survey.dependencies[source, target].links[:_LINKS]
        how = _HOW[rank] if target == component or rank == 0 else _how_out(survey, target)
        yield CutStep(
            "import",
            f"{source} → {target}",
            how,
            sites,
            tuple(survey.codebase.file_link(link.source, link.line) for link in links),
        )


_HOW = (
    "Turn this back edge of a circle around, or move what it needs to the other side.",
    "Call the contract instead.",
    "",
)


def _how_out(survey: Survey, target: str) -> str:
    if survey.independence[target].shared:
        return "Take it along as a library: nearly everybody uses it."
    return f"Call a contract of {target}, or move what is needed."


def _contract(survey: Survey, uses_in: list[_Crossing]) -> Iterator[Operation]:
    """Names that callers really use, most used first."""
    calls: Counter[tuple[str, str]] = Counter()
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for crossing in uses_in:
        module = survey.codebase.index.name_of[crossing.link.target]
        imported = _imported_name(survey, crossing.link)
        name = ".".join(filter(None, (module, imported, crossing.use.attribute if not imported else "")))
        last = name.rpartition(".")[2]
        calls[name, "call" if crossing.use.called and not last[:1].isupper() else "value"] += 1
        callers[name].add(survey.codebase.cut.of[crossing.link.source])
    for (name, kind), count in sorted(calls.items(), key=lambda item: (-item[1], item[0]))[:_OPERATIONS]:
        yield Operation(name, count, tuple(sorted(callers[name])), kind)


def _imported_name(survey: Survey, link: ImportLink) -> str:
    """The name that an import takes out of a module; empty when it takes the module itself."""
    name = survey.codebase.facts[link.source].imports[link.index].name
    return "" if name and survey.codebase.index.name_of[link.target].endswith(f".{name}") else name


def _cost(survey: Survey, component: str, uses_in: list[_Crossing], uses_out: list[_Crossing]) -> Cost:
    moved = [t.name for t in survey.tables if t.components(*Access) == (component,)]
    shared = [t.name for t in survey.tables if component in t.components(*Access) and len(t.components(*Access)) > 1]
    remote = [c for c in uses_out if not survey.independence[survey.codebase.cut.of[c.link.target]].shared]
    return Cost(sum(c.use.called for c in uses_in), sum(c.use.called for c in remote), tuple(moved), tuple(shared))


def _places(survey: Survey, found: list[_Crossing]) -> tuple[Link, ...]:
    return tuple(survey.codebase.file_link(c.link.source, c.use.line) for c in found[:_LINKS])
