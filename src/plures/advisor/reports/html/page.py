"""One self-contained HTML page of a map and, if there is some, of advice."""

from importlib.resources import files

from markupsafe import Markup

from plures.advisor.judging import Advice
from plures.advisor.model import CodeMap

from . import tables
from .drawing import MOST_NODES, graph
from .elements import NOTHING, joined, references
from .findings import findings, shown_running
from .groups import grouped

_POLICY = Markup("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:")
_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title><style>{style}</style></head>'
    '<body><a class="skip" href="#main">Skip to the content</a><header><h1>{title}</h1>{summary}'
    '<nav aria-label="Sections">{links}</nav></header><main id="main">{body}</main>'
    "<footer>Made by <code>plures {command}</code> from {sources}; nothing was run.</footer><script>{script}</script></body></html>"
)
_LINK = Markup('<a href="#{}">{}</a>')
_SECTION = Markup('<section id="{key}" aria-labelledby="{key}-h"><h2 id="{key}-h">{title}</h2>{content}</section>')
_STATE = Markup("<p>State of {}, commit {}</p>")
_ON_DISK = Markup("<p>Files as they are on disk</p>")
_FIGURES = Markup('{}<dl class="figures">{}</dl>')
_FIGURE = Markup("<div><dt>{}</dt><dd>{:,}</dd></div>")
_GRAPH = Markup(
    "<p>Callers are above, components that many others use are below. Arrows point at what is imported, thicker for more; "
    "<span class='cyclekey'>dotted</span> ones are part of a circle. {events}The darker a component, the better it would stand alone. Point at one to "
    "see all that it <span class='outkey'>imports</span> and what <span class='inkey'>imports it</span>; click or press Enter to keep it, "
    "Escape to let go. The table <a href='#edges'>What binds components</a> says the same in words.</p>"
    '<p class="choices"><label><input type="checkbox" data-shows="everything"> All imports, not only the strongest of each</label> '
    '<label><input type="checkbox" data-shows="noshared"> Hide what the others share</label>{choice}</p>'
    '<div class="wide" tabindex="0" role="region" aria-label="Graph">{graph}</div>{apart}'
)
_EVENTS = Markup(
    "<span class='eventkey'>Dashed</span> ones are events, from the component that publishes to the one that handles: "
    "neither waits for the other, and an import that serves nothing else is not drawn. "
    "The table <a href='#events'>Events and sagas</a> lists them. "
)
_OPTIONAL = Markup("<span class='optionalkey'>Finely dashed</span> ones are needs that the importer can do without. ")
_HIDE_EVENTS = Markup(' <label><input type="checkbox" data-shows="noevents"> Hide events</label>')
_UNGROUPED = Markup(
    '<details class="ungrouped"><summary>The {} largest components, not grouped</summary>'
    '<div class="wide" tabindex="0" role="region" aria-label="Graph of all">{}</div></details>'
)
_SENTENCES = Markup("<ul>{}</ul>")
_SENTENCE = Markup("<li>{}</li>")


def render_html(drawn: CodeMap, advice: Advice | None = None) -> Markup:
    """The page."""
    sections = (
        ("verdicts", "Verdicts", findings(advice) if advice else NOTHING),
        ("running", "What the running application shows", shown_running(advice) if advice else NOTHING),
        ("graph", "Who imports whom", _graphs(drawn)),
        ("components", "Components", tables.components(drawn)),
        ("matrix", "Dependency matrix", tables.matrix(drawn)),
        ("edges", "What binds components", tables.edges(drawn)),
        ("events", "Events and sagas", tables.messages(drawn)),
        ("together", "What changes together", tables.together(drawn)),
        ("teams", "Teams, and where they wait", tables.teams(drawn)),
        ("tables", "Database tables", tables.tables(drawn)),
        ("hot", "Hot spots", tables.hot_spots(drawn)),
        ("limits", "What limits this picture", _limits(drawn, advice)),
    )
    shown = [section for section in sections if section[2]]
    return _PAGE.format(
        policy=_POLICY,
        title=f"{'Advice on' if advice else 'Map of'} {drawn.name}",
        style=_static("report.css"),
        summary=_summary(drawn),
        links=joined(_LINK.format(key, title) for key, title, _ in shown),
        body=joined(_SECTION.format(key=key, title=title, content=content) for key, title, content in shown),
        command="advise" if advice else "map",
        sources="code, history and telemetry" if advice and advice.watched else "code and history",
        script=_static("report.js"),
    )


def _graphs(drawn: CodeMap) -> Markup:
    """The graph; of many components one with siblings grouped, and one of all of them on request."""
    shown, members = grouped(drawn)
    apart = _UNGROUPED.format(min(len(drawn.components), MOST_NODES), graph(drawn)) if members else NOTHING
    events, choice = (_EVENTS, _HIDE_EVENTS) if drawn.events else (NOTHING, NOTHING)
    events += _OPTIONAL if any(edge.optional for edge in drawn.edges) else NOTHING
    return _GRAPH.format(events=events, choice=choice, graph=graph(shown, members), apart=apart)


def _static(name: str) -> Markup:
    # A file of ours, not of the codebase.
    return Markup((files("plures.advisor") / "static" / name).read_text(encoding="utf-8"))  # noqa: S704


def _summary(drawn: CodeMap) -> Markup:
    figures = (
        ("components", len(drawn.components)),
        ("Python files", drawn.files),
        ("lines of code", drawn.lines),
        ("commits read", drawn.commits),
        ("people", drawn.people),
        ("database tables", len(drawn.tables)),
    )
    state = _STATE.format(drawn.date, references([drawn.head])) if drawn.head else _ON_DISK
    return _FIGURES.format(state, joined(_FIGURE.format(name, figure) for name, figure in figures))


def _limits(drawn: CodeMap, advice: Advice | None) -> Markup:
    sentences = dict.fromkeys([*drawn.notes, *(advice.caveats if advice else ())])
    listed = _SENTENCES.format(joined(map(_SENTENCE.format, sentences))) if sentences else NOTHING
    return listed + tables.problems(drawn)
