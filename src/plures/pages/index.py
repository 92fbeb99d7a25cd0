"""The list of all contracts, with a field that narrows it."""

from .html import Html, joined, tag
from .page import ContractPage, Site


def index_main(site: Site) -> Html:
    """What stands on the first page."""
    count = len(site.pages)
    return tag(
        "main",
        tag("h1", f"Contracts of {site.application}"),
        tag(
            "div",
            tag("label", "Find a contract, an operation, a message or a team", for_="find"),
            tag("input", id="find", type="search", autocomplete="off", spellcheck="false"),
            tag("p", f"{count} contract{'' if count == 1 else 's'}", id="count", role="status"),
            class_="find",
        ),
        tag(
            "ul",
            *map(_row, sorted(site.pages, key=lambda each: each.contract.name)),
            class_="contracts",
            id="contracts",
        ),
        id="main",
        tabindex="-1",
    )


def _row(page: ContractPage) -> Html:
    contract = page.contract
    words = [
        contract.name,
        contract.owner,
        contract.doc,
        *contract.operations,
        *contract.messages,
        *contract.enums,
        *contract.events,
    ]
    first = contract.doc.strip().partition("\n")[0]
    return tag(
        "li",
        tag("h2", tag("a", contract.name, href=f"{contract.name}.html"), standing(page)),
        tag("p", first) if first else None,
        tag("p", f"Owner: {contract.owner} · Operations: {', '.join(contract.operations)}", class_="quiet"),
        data_text=" ".join(words).lower(),
    )


def standing(page: ContractPage) -> Html:
    """Version and stability, as marks behind a name."""
    contract = page.contract
    marks = [tag("span", contract.version, class_="mark")] if contract.version else []
    if contract.stability.value != "stable":
        marks.append(tag("span", contract.stability.value, class_="mark warn"))
    if contract.sunset is not None:
        marks.append(tag("span", f"until {contract.sunset.isoformat()}", class_="mark warn"))
    if not page.is_locked:
        marks.append(tag("span", "not locked", class_="mark warn"))
    return joined(*(joined(" ", each) for each in marks))
