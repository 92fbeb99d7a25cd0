"""The tables of the HTML page: each shows one part of a map."""

from collections.abc import Iterable, Sequence
from html import escape

from plures.advisor.model import CodeMap, Link

from .drawing import short, sparkline

_MATRIX = 40
_ROWS = 150
_TREND = 0.15  # A smaller change from year to year is noise.


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """An HTML table; cells are HTML already, and a cell that begins with a digit is set to the right."""
    body = "".join("<tr>" + "".join(_cell(cell, i == 0) for i, cell in enumerate(row)) + "</tr>" for row in rows)
    if not body:
        return ""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="wide"><table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(html: str, first: bool) -> str:  # noqa: FBT001
    number = ' class="n"' if html[:1].isdigit() else ""
    return f'<th scope="row">{html}</th>' if first else f"<td{number}>{html}</td>"


def links(found: Iterable[Link]) -> str:
    """Links to files and commits; plain text where there is no address."""
    return " ".join(
        f'<a href="{escape(link.url, quote=True)}">{escape(link.text)}</a>'
        if link.url.startswith("https://")
        else f"<code>{escape(link.text)}</code>"
        for link in found
    )


def components(drawn: CodeMap) -> str:
    """Every component with its figures."""
    head = (
        "component",
        "files",
        "lines",
        "independence",
        "cohesion",
        "imported by",
        "imports",
        "commits",
        "alone",
        "people",
        "per quarter",
        "owners",
    )
    rows = (
        (
            escape(c.name),
            f"{c.files}",
            f"{c.lines}",
            f"{c.independence:.2f}",
            f"{c.cohesion:.2f}",
            f"{len(c.callers)}",
            f"{len(c.callees)}",
            f"{c.commits}",
            f"{c.commits_alone / c.commits:.0%}" if c.commits else "none",
            f"{c.authors}",
            sparkline(c.quarters, f"{c.name}: commits per quarter {list(c.quarters)}"),
            escape(", ".join(c.owners or c.main_authors)),
        )
        for c in sorted(drawn.components, key=lambda c: -c.lines)
    )
    return table(
        "Commits and people are of the last 24 months; alone means that a commit touched no other component.",
        head,
        rows,
        kind="sortable",
    )


def matrix(drawn: CodeMap) -> str:
    """Imports as a matrix, for the largest components."""
    chosen = sorted(
        sorted(drawn.components, key=lambda c: -c.lines)[:_MATRIX],
        key=lambda c: (len(c.callers) - len(c.callees), c.name),
    )
    imports = {(edge.source, edge.target): edge.imports for edge in drawn.edges}
    most = max(imports.values(), default=1) or 1
    head = ["imports ↓ from →", *(short(c.name) for c in chosen)]

    def cell(row: str, column: str) -> str:
        count = imports.get((row, column), 0)
        if row == column or not count:
            return '<td class="self"></td>' if row == column else "<td></td>"
        return f'<td class="n heat" style="--h:{(count / most) ** 0.5:.2f}" title="{escape(row, quote=True)} imports {escape(column, quote=True)}">{count}</td>'

    rows = "".join(
        f'<tr><th scope="row">{escape(short(r.name))}</th>{"".join(cell(r.name, c.name) for c in chosen)}</tr>'
        for r in chosen
    )
    heads = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in head)
    if not imports:
        return ""
    return f'<div class="wide"><table class="matrix"><caption>Pairs of files that import. Entries below the diagonal run against the order and close circles.</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def edges(drawn: CodeMap) -> str:
    """Imports between components, strongest first."""
    found = sorted((e for e in drawn.edges if e.imports), key=lambda e: -e.imports)[:_ROWS]
    rows = (
        (
            escape(e.source),
            escape(e.target),
            f"{e.imports}",
            "yes" if e.in_cycle else "",
            escape(", ".join(e.shared_tables[:5])),
            f"{e.together}",
            links(e.links[:2]),
        )
        for e in found
    )
    return table(
        "Strongest first.",
        ("from", "to", "imports", "in a circle", "shared tables", "commits together", "see"),
        rows,
        kind="sortable",
    )


def together(drawn: CodeMap) -> str:
    """Pairs that change together, with their trend."""
    seen = {(min(e.source, e.target), max(e.source, e.target)): e for e in drawn.edges if e.together}
    found = sorted(seen.values(), key=lambda e: -e.forecast)[:60]
    rows = (
        (
            escape(e.source),
            escape(e.target),
            f"{e.together}",
            f"{e.together_share:.0%}",
            f"{e.share_of_least:.0%}",
            f"{e.by_ticket}",
            f"{e.same_owners:.0%}",
            ("↗ " if e.trend > _TREND else "↘ " if e.trend < -_TREND else "→ ")
            + sparkline(e.quarters, f"commits together per quarter {list(e.quarters)}"),
            links(e.links[-2:]),
        )
        for e in found
    )
    head = ("one", "other", "commits", "of either", "of the rarer", "tickets", "same people", "trend", "newest")
    caption = (
        f"Those expected to change together most in the coming year come first. Quarters from {drawn.quarters[0]} on."
        if drawn.quarters
        else ""
    )
    return table(caption, head, rows, kind="sortable")


def teams(drawn: CodeMap) -> str:
    """Who works where, and who waits."""
    staffed = [c for c in sorted(drawn.components, key=lambda c: -c.commits) if c.teams]
    people = (
        (
            escape(c.name),
            escape("; ".join(f"{t.team} {t.share:.0%}" for t in c.teams[:4])),
            f"{c.waiting_share:.0%}",
            escape(", ".join(c.owners)),
        )
        for c in staffed
    )
    waits = (
        (escape(w.component), escape(w.waiting), escape(w.on), f"{w.times}", f"{w.median_days:.1f}", links(w.links))
        for w in drawn.waits[:40]
    )
    who = table(
        "Teams are those of the given file, else people who mainly work on the same files.",
        ("component", "share of commits", "waiting", "CODEOWNERS"),
        people,
    )
    head = ("component", "team", "after", "times", "median days", "newest")
    return who + table(
        "One team changed a file that another had changed within two weeks.", head, waits, kind="sortable"
    )


def tables(drawn: CodeMap) -> str:
    """Database tables with writers and readers; those that are shared first."""
    ordered = sorted(drawn.tables, key=lambda t: (-len({*t.writers, *t.readers}), t.name))[:_ROWS]
    rows = (
        (
            f"<code>{escape(t.name)}</code>",
            escape(t.owner),
            escape(", ".join(t.writers)),
            escape(", ".join(r for r in t.readers if r not in t.writers)),
        )
        for t in ordered
    )
    return table(
        "Those that most components touch come first.",
        ("table", "owner", "defined or written by", "only read by"),
        rows,
    )


def hot_spots(drawn: CodeMap) -> str:
    """Files that are large and change often."""
    rows = (
        (
            f"<code>{escape(h.path)}</code>",
            escape(h.component),
            f"{h.commits}",
            f"{h.lines}",
            f"{h.authors}",
            f'<meter min="0" max="1" value="{h.score}">{h.score:.2f}</meter>',
        )
        for h in drawn.hot_spots
    )
    return table(
        "Commits of the last 24 months times lines, relative to the hottest.",
        ("file", "component", "commits", "lines", "people", "heat"),
        rows,
    )


def problems(drawn: CodeMap) -> str:
    """Files that could not be read fully."""
    rows = ((f"<code>{escape(p.path)}</code>", escape(p.reason)) for p in drawn.problems[:_ROWS])
    return table("Read as far as possible; their imports were found line by line.", ("file", "why"), rows)
