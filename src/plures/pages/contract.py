"""The page of one contract: what it is, who calls it, what changed, its operations, messages, errors and events."""

import json
from collections.abc import Iterator

from plures.compat import ANY_HEADERS, Change, Contract, Enumeration, Operation, Record, Severity

from .examples import example_of
from .forms import try_it
from .html import Html, joined, tag
from .index import standing
from .page import ContractPage, Site
from .types import fields_html

_WORDS = {Severity.ERROR: "breaks", Severity.WARNING: "warning", Severity.OK: "fine"}


def contract_main(page: ContractPage, site: Site) -> Html:
    """What stands on the page of a contract."""
    contract = page.contract
    return tag(
        "main",
        tag("h1", contract.name, standing(page)),
        _texts(contract.doc),
        _facts(page, site),
        _contents(contract),
        _changes(page),
        tag("h2", "Operations", id="operations"),
        *(_operation(name, each, page, site) for name, each in contract.operations.items()),
        *_events(contract),
        *_errors(contract),
        *_messages(contract),
        id="main",
        tabindex="-1",
    )


def _facts(page: ContractPage, site: Site) -> Html:
    contract = page.contract
    known = {each.capability: each.contract.name for each in site.pages}
    rows: list[tuple[str, Html]] = [
        ("Owner", joined(contract.owner)),
        ("Version", joined(contract.version or f"{contract.major}, not locked yet")),
        ("Stability", joined(contract.stability.value)),
    ]
    if contract.sunset is not None:
        rows.append(
            (
                "Sunset",
                joined("It is served until ", tag("time", contract.sunset.isoformat()), ", and may be gone after it."),
            )
        )
    rows += [
        (
            "Callers",
            _links(page.callers, known) if page.callers else joined("Nothing in this application declares to call it."),
        ),
        ("Calls", _links(page.calls, known) if page.calls else joined("No other contract.")),
        ("Address", tag("code", f"/{contract.service}/<operation>")),
    ]
    others = [each.contract.name for each in site.pages if each.contract.family == contract.family and each is not page]
    if others:
        rows.append(("Other versions", joined(*(joined(tag("a", n, href=f"{n}.html"), " ") for n in others))))
    return tag("dl", *(joined(tag("dt", name), tag("dd", value)) for name, value in rows), class_="facts")


def _links(names: tuple[str, ...], known: dict[str, str]) -> Html:
    links = [tag("a", each, href=f"{known[each]}.html") if each in known else joined(each) for each in names]
    return joined(*(joined(", " if number else None, each) for number, each in enumerate(links)))


def _contents(contract: Contract) -> Html:
    items = [tag("li", tag("a", name, href=f"#operation-{name}")) for name in contract.operations]
    return tag("nav", tag("ul", *items), aria_label="Operations")


def _changes(page: ContractPage) -> Html:
    parts: list[Html] = [tag("h2", "Changes", id="changes")]
    for since, changes in page.changes.items():
        if changes:
            parts += [tag("p", f"{since}:"), tag("ul", *map(_change, changes), class_="changes")]
        else:
            parts.append(tag("p", f"{since}: none that callers can tell."))
    if not page.changes:
        parts.append(tag("p", "There is no earlier state to compare with: it was not locked yet."))
    return joined(*parts)


def _change(change: Change) -> Html:
    kind = _WORDS[change.severity]
    bad = change.severity is not Severity.OK
    return tag(
        "li",
        tag("span", kind, class_="mark warn" if bad else "mark"), " ", change.what, " ", tag("code", change.rule.code, class_="quiet"),
        tag("p", f"Callers: {', '.join(change.callers)}") if change.callers else None,
        tag("p", f"Instead: {change.instead}") if bad and change.instead else None,
    )  # fmt: skip


def _operation(name: str, operation: Operation, page: ContractPage, site: Site) -> Html:
    contract = page.contract
    request = contract.messages[operation.request]
    marks = [operation.kind, *(["idempotent"] if operation.idempotent and operation.kind == "command" else [])]
    marks += ["streams"] if operation.streams else []
    example = {key: example_of(each, contract) for key, each in request.fields.items() if each.required}
    return tag(
        "section",
        tag("h3", name, *(joined(" ", tag("span", each, class_="mark")) for each in marks)),
        _texts(operation.doc),
        tag("p", f"Deadline: {operation.deadline_s:g} s", class_="quiet"),
        *(tag("p", f"{name}: {most:,}", class_="quiet") for name, most in operation.limits.items()),
        tag("p", f"Caches may keep an answer: {operation.cache_control}", class_="quiet")
        if operation.cache_s
        else None,
        tag("h4", "Parameters"),
        fields_html(request.fields, contract) if request.fields else tag("p", "None."),
        *_headers("Headers of the request", operation.request_headers, contract),
        tag("h4", "Answer"),
        tag("p", "A stream of these:") if operation.streams else None,
        _answer(operation, contract),
        *_headers("Headers of the answer", operation.headers, contract),
        *_headers("Trailers of the answer", operation.trailers, contract),
        *_errors_of(operation, contract),
        tag("h4", "Example of a request"),
        tag(
            "pre",
            json.dumps(example, indent=2, ensure_ascii=False),
            tabindex="0",
            role="region",
            aria_label=f"Example of a request of {name}",
        ),
        try_it(name, operation, page, site),
        id=f"operation-{name}",
        aria_label=name,
    )


def _answer(operation: Operation, contract: Contract) -> Html:
    record = contract.messages[operation.answer]
    if record.fields and not operation.answer.endswith("Response"):
        return tag("p", tag("a", tag("code", operation.answer), href=f"#type-{operation.answer}"))
    return fields_html(record.fields, contract) if record.fields else tag("p", "Nothing.")


def _headers(title: str, name: str, contract: Contract) -> Iterator[Html]:
    """What travels beside a request or an answer."""
    if name:
        yield tag("h4", title)
        yield (
            tag("p", "Whatever there is.")
            if name == ANY_HEADERS
            else fields_html(contract.messages[name].fields, contract)
        )


def _errors_of(operation: Operation, contract: Contract) -> Iterator[Html]:
    if operation.errors:
        rows = [
            tag(
                "li",
                tag("a", tag("code", each), href=f"#error-{each}"),
                " ",
                tag("span", contract.errors[each].status, class_="quiet"),
            )
            for each in operation.errors
        ]
        yield tag("h4", "Errors")
        yield tag("ul", *rows)


def _events(contract: Contract) -> Iterator[Html]:
    if contract.events:
        yield tag("h2", "Events", id="events")
    for name, event in contract.events.items():
        record = contract.messages[event.message]
        order = tag("p", "Events with one ", tag("code", event.key), " come in their order.") if event.key else None
        body = [_texts(record.doc), order, fields_html(record.fields, contract)]
        yield tag("section", tag("h3", name), *body, id=f"event-{name}", aria_label=name)


def _errors(contract: Contract) -> Iterator[Html]:
    if contract.errors:
        yield tag("h2", "Errors", id="errors")
    for name, error in contract.errors.items():
        record = contract.messages[error.message]
        head = tag("h3", name, " ", tag("span", error.status, class_="mark"))
        fields = fields_html(record.fields, contract) if record.fields else None
        yield tag("section", head, _texts(record.doc), fields, id=f"error-{name}", aria_label=name)


def _messages(contract: Contract) -> Iterator[Html]:
    shown = {each.request for each in contract.operations.values()}
    shown |= {each.message for each in contract.errors.values()} | {each.message for each in contract.events.values()}
    shown |= {each.answer for each in contract.operations.values() if each.answer.endswith("Response")}
    messages = [name for name in contract.messages if name not in shown or _is_named(name, contract)]
    if messages or contract.enums:
        yield tag("h2", "Messages", id="messages")
    for name in sorted([*messages, *contract.enums]):
        enum = contract.enums.get(name)
        yield _message(name, contract.messages[name], contract) if enum is None else _enum(name, enum)


def _is_named(name: str, contract: Contract) -> bool:
    """Whether a field holds the message, so that its place is linked to."""
    return any(f'"#type-{name}"' in fields_html(each.fields, contract) for each in contract.messages.values())


def _message(name: str, record: Record, contract: Contract) -> Html:
    fields = fields_html(record.fields, contract) if record.fields else tag("p", "It has no fields.")
    gone = tag("p", f"Once it had: {', '.join(record.reserved)}.", class_="quiet") if record.reserved else None
    return tag("section", tag("h3", name), _texts(record.doc), fields, gone, id=f"type-{name}", aria_label=name)


def _enum(name: str, enum: Enumeration) -> Html:
    members = [
        tag("li", tag("code", each), " ", tag("span", f"no. {number}", class_="quiet"))
        for each, number in enum.members.items()
    ]
    return tag("section", tag("h3", name), _texts(enum.doc), tag("ul", *members), id=f"type-{name}", aria_label=name)


def _texts(doc: str) -> Html:
    """Paragraphs of a text, whose lines stay as they are."""
    found = [each for each in doc.partition("Attributes:")[0].split("\n\n") if each.strip()]
    return joined(*(tag("p", each.strip(), class_="text") for each in found))
