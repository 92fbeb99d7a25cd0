"""One self-contained HTML page of a map and, if there is some, of advice. Everything from the codebase is escaped."""

from html import escape
from importlib.resources import files

from plures.advisor.judging import Advice
from plures.advisor.model import CodeMap

from . import findings as page_findings
from . import tables as page_tables
from .drawing import graph

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def render_html(drawn: CodeMap, advice: Advice | None = None) -> str:
    """The page."""
    sections = [
        ("verdicts", "Verdicts", page_findings.findings(advice)) if advice else None,
        ("graph", "Who imports whom", _graph(drawn)),
        ("components", "Components", page_tables.components(drawn)),
        ("matrix", "Dependency matrix", page_tables.matrix(drawn)),
        ("edges", "What binds components", page_tables.edges(drawn)),
        ("together", "What changes together", page_tables.together(drawn)),
        ("teams", "Teams, and where they wait", page_tables.teams(drawn)),
        ("tables", "Database tables", page_tables.tables(drawn)),
        ("hot", "Hot spots", page_tables.hot_spots(drawn)),
        ("limits", "What limits this picture", _limits(drawn, advice)),
    ]
    shown = [section for section in sections if section and section[2]]
    links = "".join(f'<a href="#{key}">{escape(title)}</a>' for key, title, _ in shown)
    body = "".join(
        f'<section id="{key}" aria-labelledby="{key}-h"><h2 id="{key}-h">{escape(title)}</h2>{html}</section>'
        for key, title, html in shown
    )
    title = f"{'Advice on' if advice else 'Map of'} {drawn.name}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{escape(title)}</title><style>{_static("report.css")}</style></head>'
        f'<body><a class="skip" href="#main">Skip to the content</a><header><h1>{escape(title)}</h1>{_summary(drawn)}<nav aria-label="Sections">{links}</nav></header>'
        f'<main id="main">{body}</main><footer>Made by <code>plures {"advise" if advice else "map"}</code> from code and history; nothing was run.</footer>'
        f"<script>{_static('report.js')}</script></body></html>"
    )


def _static(name: str) -> str:
    return (files("plures.advisor") / "static" / name).read_text(encoding="utf-8")


def _summary(drawn: CodeMap) -> str:
    figures = [
        (f"{len(drawn.components)}", "components"),
        (f"{drawn.files:,}", "Python files"),
        (f"{drawn.lines:,}", "lines of code"),
        (f"{drawn.commits:,}", "commits read"),
        (f"{drawn.people:,}", "people"),
        (f"{len(drawn.tables)}", "database tables"),
    ]
    where = (
        f"<p>State of {escape(drawn.date)}, commit <code>{escape(drawn.commit[:10])}</code></p>"
        if drawn.commit
        else "<p>Files as they are on disk</p>"
    )
    return (
        where
        + '<dl class="figures">'
        + "".join(f"<div><dt>{name}</dt><dd>{figure}</dd></div>" for figure, name in figures)
        + "</dl>"
    )


def _graph(drawn: CodeMap) -> str:
    legend = (
        "<p>Callers stand above, what everybody uses below. Lines are imports, thicker for more; <span class='cyclekey'>dashed</span> ones are part of a "
        "circle. The darker a component, the better it would stand alone. Focus or point at one to see its own lines; the table "
        "<a href='#edges'>What binds components</a> says the same in words.</p>"
    )
    return legend + f'<div class="wide">{graph(drawn)}</div>'


def _limits(drawn: CodeMap, advice: Advice | None) -> str:
    sentences = [*dict.fromkeys([*drawn.notes, *(advice.caveats if advice else ())])]
    html = "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>" if sentences else ""
    return html + page_tables.problems(drawn)
