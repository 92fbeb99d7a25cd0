"""How well a component would stand on its own, from imports alone: the advisor's one ranking of what could leave.

The weights were fixed on tuning repositories, before any other was looked at: bench/advisor/registered.toml, docs/adr/0010-advisor.md.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plures.advisor.reading import ImportEdge

# A file has substance even where it imports nothing of its own component.
FILE_WEIGHT = 2.0
# A component with folders of its own is nearly a project of its own.
FOLDER_WEIGHT = 30.0
# Callers would have to go over the network. What a component itself calls, it can mostly take along as a library.
INCOMING_WEIGHT = 0.5
# A handful of files proves nothing.
SMOOTHING = 30.0
ONE_SIDED_BASE = 0.7
# What the others share by its nature leaves last.
SHARED_FACTOR = 0.3

# Names that mean "all others use it" or "it starts everything" rather than "one ability".
SHARED_NAMES = frozenset(
    "util utils common lib libs helpers core base extern externals external vendor _vendor "
    "third_party compat testing test_utils test conf settings i18n locale exceptions errors "
    "management templatetags hacking tools scripts script cmd commands cli bin dev types "
    "constants smoketests setupext doc contrib.release".split()
)
_TRUNK_SHARE = 0.3


@dataclass(frozen=True)
class Independence:
    """Figures behind the ranking of one component.

    Attributes:
        score: 0 (inseparable) to 1 (stands alone).
        inside: Pairs of its files where one imports the other.
        incoming: Pairs where a file of another component imports one of it.
        outgoing: Pairs where one of its files imports a file of another component.
        callers: Components that import it.
        callees: Components that it imports.
        shared: By its name or place, most of the others use it.
    """

    score: float
    inside: int
    incoming: int
    outgoing: int
    callers: tuple[str, ...]
    callees: tuple[str, ...]
    shared: bool

    @property
    def cohesion(self) -> float:
        """Share of its import pairs that stay inside it, 0 to 1."""
        return self.inside / (self.inside + self.incoming + self.outgoing) if self.inside else 0.0


def independences(edges: Iterable[ImportEdge], component_of: Mapping[str, str]) -> dict[str, Independence]:
    """The independence of every component."""
    files = Counter(component_of.values())
    # Sorted, so that sums of floats come out the same in every run.
    pairs = sorted({(e.source, e.target) for e in edges if e.source in component_of and e.target in component_of})
    importers: defaultdict[str, set[str]] = defaultdict(set)
    callees: defaultdict[str, set[str]] = defaultdict(set)
    callers: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        importing, imported = component_of[source], component_of[target]
        if importing != imported:
            importers[target].add(importing)
            callees[importing].add(imported)
            callers[imported].add(importing)
    weights = _Weights({t: len(s) for t, s in importers.items()}, {c: len(s) for c, s in callees.items()}, len(files))
    folders = Counter(component for component, _ in {(c, path.rpartition("/")[0]) for path, c in component_of.items()})
    tallies = {
        component: _Tally(FILE_WEIGHT * files[component] + FOLDER_WEIGHT * folders[component]) for component in files
    }
    for source, target in pairs:
        importing, imported = component_of[source], component_of[target]
        if importing == imported:
            tallies[importing].inside += 1
        else:
            tallies[importing].count_outgoing(weights.of_target(target))
            tallies[imported].count_incoming(weights.of_source(importing))
    return {
        component: _judge(component, tally, files, tuple(sorted(callers[component])), tuple(sorted(callees[component])))
        for component, tally in tallies.items()
    }


@dataclass(frozen=True)
class _Weights:
    """How much an import binds. A file that all components import is a library, and a component that imports all is wiring: both bind little."""

    importers: Mapping[str, int]
    callees: Mapping[str, int]
    components: int

    def of_target(self, file: str) -> float:
        return (1 - self.importers.get(file, 0) / self.components) ** 2

    def of_source(self, component: str) -> float:
        return (1 - self.callees.get(component, 0) / self.components) ** 2


class _Tally:
    def __init__(self, substance: float) -> None:
        self.substance = substance
        self.inside = self.incoming = self.outgoing = 0
        self.bound_in = self.bound_out = 0.0

    def count_outgoing(self, weight: float) -> None:
        self.outgoing += 1
        self.bound_out += weight

    def count_incoming(self, weight: float) -> None:
        self.incoming += 1
        self.bound_in += weight


def _judge(
    component: str, tally: _Tally, files: Mapping[str, int], callers: tuple[str, ...], callees: tuple[str, ...]
) -> Independence:
    own = tally.inside + tally.substance
    bound = max(tally.bound_in, tally.bound_out) + INCOMING_WEIGHT * tally.bound_in
    # An application on top and a library below leave more easily than a component that both calls and is called.
    one_sided = (abs(tally.incoming - tally.outgoing) + 1) / (tally.incoming + tally.outgoing + 2)
    shared = is_shared(component, files)
    score = own / (own + bound + SMOOTHING) * (ONE_SIDED_BASE + one_sided) / (ONE_SIDED_BASE + 1)
    return Independence(
        score * (SHARED_FACTOR if shared else 1.0),
        tally.inside,
        tally.incoming,
        tally.outgoing,
        callers,
        callees,
        shared,
    )


def is_shared(component: str, all_components: Iterable[str]) -> bool:
    """Whether a component is shared by its name, or is the trunk that many of the others are below."""
    last = component.rsplit("/", maxsplit=1)[-1].rsplit(".", maxsplit=1)[-1]
    others = [other for other in all_components if other != component]
    below = sum(other.startswith(f"{component}.") for other in others)
    trunk = component.startswith("(") or (bool(others) and below >= _TRUNK_SHARE * len(others))
    return trunk or last in SHARED_NAMES
