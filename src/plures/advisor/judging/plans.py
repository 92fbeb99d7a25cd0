"""How a split would be done and what it would cost: what to cut in which order, the contract that callers need, calls and data."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from plures.advisor.measuring import Survey
from plures.advisor.reading import Access, ImportEdge, Use

from .judgement import Cost, CutStep, MergePlan, Operation, SplitPlan
from .messages import asks_contracts, what_stays

_LINKS = 4
_OPERATIONS = 40
_TRANSACTIONS = 20
_NO_SHARED_STATE = "Make it an operation: two processes do not share a variable."
_ONE_SIDE = "Write on one side only, and let the other follow by an event or a saga."
_BACK_EDGE = "Turn this back edge of a circle around, or move what it needs to the other side."
_INWARD = "Call the contract instead."


def plan_split(survey: Survey, component: str) -> SplitPlan:
    """The plan for taking one component out."""
    uses_in, uses_out = list(_uses(survey, component, inward=True)), list(_uses(survey, component, inward=False))
    cuts = (
        *_shared(survey, component),
        *_globals(survey, uses_in),
        *_transactions(survey, component),
        *_tables(survey, component),
        *_imports(survey, component),
    )
    contract, cost = tuple(_contract(survey, uses_in)), _cost(survey, component, uses_in, uses_out)
    return SplitPlan(component, cuts, contract, cost, tuple(what_stays(survey, component)))


def plan_merge(survey: Survey, left: str, right: str) -> MergePlan:
    """What it saves to put two components together."""
    pair, component_of = {left, right}, survey.codebase.division.of
    uses = (use for name in (left, right) for use in _uses(survey, name, inward=True))
    saved = sum(use.use.called for use in uses if component_of[use.edge.source] in pair)
    joined = tuple(table.name for table in survey.tables if pair <= set(table.components()))
    coupling = survey.coupling(left, right)
    steps = sum(len(bond.steps) + len(bond.undos) for bond in survey.sagas if {bond.component, bond.target} == pair)
    return MergePlan(saved, joined, coupling.together if coupling else 0, steps)


def _shared(survey: Survey, component: str) -> Iterator[CutStep]:
    """What a topology refuses to part from the edge."""
    for own in survey.shared:
        if own.component == component:
            what = f"{', '.join(own.tables)} in the application's own database"
            links = (survey.codebase.web.file(own.path, own.line),)
            yield CutStep("database", what, own.advice, len(own.tables), links)


@dataclass(frozen=True)
class _Crossing:
    """One use of an imported name across the border of the component."""

    edge: ImportEdge
    use: Use


def _uses(survey: Survey, component: str, *, inward: bool) -> Iterator[_Crossing]:
    for (source, target), dependency in survey.dependencies.items():
        if source == target or (target if inward else source) != component:
            continue
        by_import: defaultdict[tuple[str, int], list[Use]] = defaultdict(list)
        for path in {edge.source for edge in dependency.edges}:
            for use in survey.codebase.facts[path].uses:
                by_import[path, use.index].append(use)
        for edge in dependency.edges:
            if not edge.typing_only:
                yield from (_Crossing(edge, use) for use in by_import[edge.source, edge.index])


def _globals(survey: Survey, uses_in: list[_Crossing]) -> Iterator[CutStep]:
    """State that callers set or share. It stops working as soon as there are two processes."""
    codebase = survey.codebase
    places: defaultdict[str, list[_Crossing]] = defaultdict(list)
    for crossing in uses_in:
        target = crossing.edge.target
        name = crossing.use.attribute or _imported_name(survey, crossing.edge)
        if crossing.use.assigned or name in codebase.facts[target].mutable_globals:
            places[f"{codebase.index.name_of[target]}.{name}"].append(crossing)
    for what, found in sorted(places.items(), key=lambda item: (len(item[1]), item[0])):
        links = tuple(codebase.web.file(c.edge.source, c.use.line) for c in found[:_LINKS])
        yield CutStep("global", what, _NO_SHARED_STATE, len(found), links)


def _transactions(survey: Survey, component: str) -> Iterator[CutStep]:
    """Transactions that use both sides of the border."""
    of = survey.codebase.division.of
    found: list[tuple[str, int, str]] = []
    target_of = {(edge.source, edge.index): of[edge.target] for d in survey.dependencies.values() for edge in d.edges}
    for path, own in of.items():
        for line, used in survey.codebase.facts[path].transactions:
            sides = {target_of[path, index] for index in used if (path, index) in target_of} | {own}
            if component in sides and len(sides) > 1:
                found.append((path, line, ", ".join(sorted(sides - {component}))))
    for path, line, others in found[:_TRANSACTIONS]:
        links = (survey.codebase.web.file(path, line),)
        yield CutStep("transaction", f"transaction together with {others}", _ONE_SIDE, 1, links)


def _tables(survey: Survey, component: str) -> Iterator[CutStep]:
    for table in survey.tables:
        users = table.components()
        if component not in users or len(users) == 1:
            continue
        others = [name for name in users if name != component]
        own = table.owner == component
        written = own and not set(others).isdisjoint(table.components(Access.WRITE, Access.DEFINE))
        what = f"table {table.name}, {'also written' if written else 'also used'} by {', '.join(others)}"
        how = f"Let {', '.join(others)} ask the contract." if own else f"Ask {table.owner} instead of its table."
        sites = [site for site in table.sites if (site.component != component) == own]
        links = tuple(survey.codebase.web.file(site.path, site.line) for site in sites[:_LINKS])
        yield CutStep("table", what, how, len(sites), links)


def _imports(survey: Survey, component: str) -> Iterator[CutStep]:
    """Back edges of circles come first, thinner ones before thicker ones; then callers; then what the component calls."""
    found: list[tuple[int, int, str, str]] = []
    for (source, target), dependency in survey.dependencies.items():
        if source == target or component not in (source, target) or asks_contracts(survey, dependency):
            continue
        back = survey.dependencies.get((target, source))
        circle = back is not None and dependency.sites <= back.sites
        found.append((0 if circle else 1 if target == component else 2, dependency.sites, source, target))
    for rank, sites, source, target in sorted(found):
        how = (_BACK_EDGE, _INWARD, _outward(survey, target))[rank]
        edges = survey.dependencies[source, target].edges[:_LINKS]
        links = tuple(survey.codebase.web.file(edge.source, edge.line) for edge in edges)
        yield CutStep("import", f"{source} → {target}", how, sites, links)


def _outward(survey: Survey, target: str) -> str:
    if survey.independence[target].shared:
        return "Take it along as a library: nearly all components use it."
    return f"Call a contract of {target}, or move what is needed."


def _contract(survey: Survey, uses_in: list[_Crossing]) -> Iterator[Operation]:
    """Names that callers really use, most used first."""
    calls: Counter[tuple[str, str]] = Counter()
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for crossing in uses_in:
        module = survey.codebase.index.name_of[crossing.edge.target]
        imported = _imported_name(survey, crossing.edge)
        name = ".".join(filter(None, (module, imported, crossing.use.attribute if not imported else "")))
        last = name.rpartition(".")[2]
        calls[name, "call" if crossing.use.called and not last[:1].isupper() else "value"] += 1
        callers[name].add(survey.codebase.division.of[crossing.edge.source])
    for (name, kind), count in sorted(calls.items(), key=lambda item: (-item[1], item[0]))[:_OPERATIONS]:
        yield Operation(name, count, tuple(sorted(callers[name])), kind)


def _imported_name(survey: Survey, edge: ImportEdge) -> str:
    """The name that an import takes out of a module; empty when it takes the module itself."""
    name = survey.codebase.facts[edge.source].imports[edge.index].name
    return "" if name and survey.codebase.index.name_of[edge.target].endswith(f".{name}") else name


def _cost(survey: Survey, component: str, uses_in: list[_Crossing], uses_out: list[_Crossing]) -> Cost:
    touched = {table.name: table.components() for table in survey.tables if component in table.components()}
    remote = [c for c in uses_out if not survey.independence[survey.codebase.division.of[c.edge.target]].shared]
    return Cost(
        calls_in=sum(crossing.use.called for crossing in uses_in),
        calls_out=sum(crossing.use.called for crossing in remote),
        tables_moved=tuple(name for name, users in touched.items() if len(users) == 1),
        tables_shared=tuple(name for name, users in touched.items() if len(users) > 1),
    )
