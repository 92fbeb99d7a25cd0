"""The tables of the HTML page: each shows one part of a map."""

from markupsafe import Markup

from plures.advisor.model import (
    CodeMap,
    Component,
    Edge,
    EventEdge,
    HotSpot,
    Problem,
    SagaEdge,
    TableView,
    Waiting,
)
from plures.advisor.reports.text import shared_databases

from .drawing import short, sparkline
from .elements import NOTHING, Columns, code, joined, references, table

_MATRIX = 40
_ROWS = 150
_COUPLED = 60
_WAITS = 40
# A smaller change from year to year is noise.
_TREND = 0.15
_TREND_CELL = Markup("{} {}")
_METER = Markup('<meter min="0" max="1" value="{}">{:.2f}</meter>')
_MATRIX_TABLE = Markup(
    '<div class="wide long" tabindex="0" role="region" aria-label="Dependency matrix"><table class="matrix"><caption>Pairs of files that import. Entries below the diagonal run against the order '
    "and close circles.</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
)
_MATRIX_HEADING = Markup('<th scope="col"><span>{}</span></th>')
_MATRIX_ROW = Markup('<tr><th scope="row">{}</th>{}</tr>')
_MATRIX_CELL = Markup('<td class="n heat" style="--h:{:.2f}" title="{} imports {}">{}</td>')
_SELF, _EMPTY = Markup('<td class="self"></td>'), Markup("<td></td>")


def _trend(edge: Edge) -> Markup:
    arrow = "↗" if edge.trend > _TREND else "↘" if edge.trend < -_TREND else "→"
    return _TREND_CELL.format(arrow, sparkline(edge.quarters, f"commits together per quarter {list(edge.quarters)}"))


_COMPONENTS: Columns[Component] = (
    ("component", lambda c: c.name),
    ("files", lambda c: c.files),
    ("lines", lambda c: c.lines),
    ("independence", lambda c: f"{c.independence:.2f}"),
    ("cohesion", lambda c: f"{c.cohesion:.2f}"),
    ("imported by", lambda c: len(c.callers)),
    ("imports", lambda c: len(c.callees)),
    ("commits", lambda c: c.commits),
    ("alone", lambda c: f"{c.commits_alone / c.commits:.0%}" if c.commits else "none"),
    ("people", lambda c: c.authors),
    ("per quarter", lambda c: sparkline(c.quarters, f"{c.name}: commits per quarter {list(c.quarters)}")),
    ("owners", lambda c: ", ".join(c.owners or c.main_authors)),
)
_EDGES: Columns[Edge] = (
    ("from", lambda e: e.source),
    ("to", lambda e: e.target),
    ("imports", lambda e: e.imports),
    ("in a circle", lambda e: "yes" if e.in_cycle else ""),
    ("shared tables", lambda e: ", ".join(e.shared_tables[:5])),
    ("commits together", lambda e: e.together),
    ("see", lambda e: references(e.links[:2])),
)
_OPTIONAL: Columns[Edge] = (("can do without", lambda e: "yes" if e.optional else ""),)
_EVENTS: Columns[EventEdge] = (
    ("from", lambda e: e.publisher),
    ("to", lambda e: e.subscriber),
    ("event", lambda e: code(e.event)),
    ("handled by", lambda e: code(e.handler)),
    ("see", lambda e: references(e.links)),
)
_SAGAS: Columns[SagaEdge] = (
    ("from", lambda s: s.source),
    ("to", lambda s: s.target),
    ("saga", lambda s: code(s.saga)),
    ("steps", lambda s: ", ".join(s.steps)),
    ("taken back by", lambda s: ", ".join(s.undos)),
    ("see", lambda s: references(s.links[:2])),
)
_TOGETHER: Columns[Edge] = (
    ("one", lambda e: e.source),
    ("other", lambda e: e.target),
    ("commits", lambda e: e.together),
    ("of either", lambda e: f"{e.together_share:.0%}"),
    ("of the rarer", lambda e: f"{e.share_of_least:.0%}"),
    ("tickets", lambda e: e.by_ticket),
    ("same people", lambda e: f"{e.same_owners:.0%}"),
    ("trend", _trend),
    ("newest", lambda e: references(e.links[-2:])),
)
_TEAMS: Columns[Component] = (
    ("component", lambda c: c.name),
    ("share of commits", lambda c: "; ".join(f"{t.team} {t.share:.0%}" for t in c.teams[:4])),
    ("waiting", lambda c: f"{c.waiting_share:.0%}"),
    ("CODEOWNERS", lambda c: ", ".join(c.owners)),
)
_WAITING: Columns[Waiting] = (
    ("component", lambda w: w.component),
    ("team", lambda w: w.waiting),
    ("after", lambda w: w.on),
    ("times", lambda w: w.times),
    ("median days", lambda w: f"{w.median_days:.1f}"),
    ("newest", lambda w: references(w.links)),
)
_TABLES: Columns[TableView] = (
    ("table", lambda t: code(t.name)),
    ("owner", lambda t: t.owner),
    ("defined or written by", lambda t: ", ".join(t.writers)),
    ("only read by", lambda t: ", ".join(r for r in t.readers if r not in t.writers)),
)
_HOT_SPOTS: Columns[HotSpot] = (
    ("file", lambda h: code(h.path)),
    ("component", lambda h: h.component),
    ("commits", lambda h: h.commits),
    ("lines", lambda h: h.lines),
    ("people", lambda h: h.authors),
    ("heat", lambda h: _METER.format(h.score, h.score)),
)
_PROBLEMS: Columns[Problem] = (
    ("file", lambda p: code(p.path)),
    ("why", lambda p: p.reason),
)


def components(drawn: CodeMap) -> Markup:
    """Every component with its figures."""
    caption = "Commits and people are of the last 24 months; alone means that a commit touched no other component."
    return table(caption, _COMPONENTS, drawn.largest, kind="sortable")


def matrix(drawn: CodeMap) -> Markup:
    """Imports as a matrix, for the largest components."""
    imports = {(edge.source, edge.target): edge.imports for edge in drawn.edges}
    most = max(imports.values(), default=1) or 1
    names = [c.name for c in sorted(drawn.largest[:_MATRIX], key=lambda c: (len(c.callers) - len(c.callees), c.name))]

    def cell(row: str, column: str) -> Markup:
        count = imports.get((row, column), 0)
        if row == column or not count:
            return _SELF if row == column else _EMPTY
        return _MATRIX_CELL.format((count / most) ** 0.5, row, column, count)

    rows = joined(_MATRIX_ROW.format(short(row), joined(cell(row, column) for column in names)) for row in names)
    heads = joined(_MATRIX_HEADING.format(head) for head in ("imports ↓ from →", *map(short, names)))
    return _MATRIX_TABLE.format(heads, rows) if imports else NOTHING


def edges(drawn: CodeMap) -> Markup:
    """Imports between components, strongest first."""
    columns = (*_EDGES[:4], *_OPTIONAL, *_EDGES[4:]) if any(edge.optional for edge in drawn.imports) else _EDGES
    return table("Strongest first.", columns, drawn.imports[:_ROWS], kind="sortable")


def messages(drawn: CodeMap) -> Markup:
    """Who tells whom of what, and whose sagas ask whom."""
    told = "Events are kept until they are delivered: who publishes one waits for no one. They are the dashed lines of the graph."
    asked = "Steps of sagas are noted, tried again, and taken back where the rest fails."
    return table(told, _EVENTS, drawn.events[:_ROWS], kind="sortable") + table(
        asked, _SAGAS, drawn.sagas[:_ROWS], kind="sortable"
    )


def together(drawn: CodeMap) -> Markup:
    """Pairs that change together, with their trend."""
    first = drawn.quarters[0] if drawn.quarters else ""
    caption = f"Those expected to change together most in the coming year come first. Quarters from {first} on."
    return table(caption if first else "", _TOGETHER, drawn.together[:_COUPLED], kind="sortable")


def teams(drawn: CodeMap) -> Markup:
    """Who works where, and which team waits for which."""
    staffed = [c for c in sorted(drawn.components, key=lambda c: -c.commits) if c.teams]
    who = "Teams are those of the given file, else groups of people who mainly work on the same files. Shares and waiting are of all commits."
    waiting = "One team changed a file that another had changed within two weeks."
    return table(who, _TEAMS, staffed) + table(waiting, _WAITING, drawn.waits[:_WAITS], kind="sortable")


def tables(drawn: CodeMap) -> Markup:
    """Database tables with writers and readers, shared ones first."""
    ordered = sorted(drawn.tables, key=lambda t: (-len({*t.writers, *t.readers}), t.name))[:_ROWS]
    caption = " ".join(("Those that most components touch come first.", *shared_databases(drawn)))
    return table(caption, _TABLES, ordered)


def hot_spots(drawn: CodeMap) -> Markup:
    """Files that are large and change often."""
    caption = "Commits of the last 24 months times lines, relative to the hottest."
    return table(caption, _HOT_SPOTS, drawn.hot_spots)


def problems(drawn: CodeMap) -> Markup:
    """Files that could not be read fully."""
    caption = "Read as far as possible; their imports were found line by line."
    return table(caption, _PROBLEMS, drawn.problems[:_ROWS])
