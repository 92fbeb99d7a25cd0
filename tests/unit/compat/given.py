"""Small contracts, as values, for the tests of this folder."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plures.compat.changes import Change
from plures.compat.diff import compare_contracts
from plures.compat.model import Contract, Enumeration, Failure, Field, Happening, Named, Operation, Record, Scalar, Type
from plures.compat.rules import Severity

TEXT = Scalar("string")


def shop(
    request: Mapping[str, Field] | None = None,
    answer: Mapping[str, Field] | None = None,
    *,
    messages: Mapping[str, Record] | None = None,
    enums: Mapping[str, Enumeration] | None = None,
    **changed: Any,
) -> Contract:
    """A contract with one query, `Find`, one error and one event."""
    base = Contract(
        name="shop.search.v1",
        service="shop.search.v1.Search",
        owner="discovery",
        operations={"Find": Operation("query", True, False, 1.0, "FindRequest", "Findings", ("NotReady",))},
        messages={
            "FindRequest": Record(request or {"text": Field(TEXT)}),
            "Findings": Record(answer or {"total": Field(Scalar("int64"))}),
            "NotReady": Record({}),
            "Found": Record({"text": Field(TEXT)}),
            **(messages or {}),
        },
        enums=enums or {},
        errors={"NotReady": Failure("unavailable", "NotReady")},
        events={"Found": Happening("Found", "text")},
        version="1.2.3",
    )
    return replace(base, **changed)


def of_operation(**changed: Any) -> Contract:
    """The same with another operation."""
    return shop(operations={"Find": replace(shop().operations["Find"], **changed)})


def severities(old: Contract, new: Contract) -> dict[str, Severity]:
    """Rule → the worst that it says of a change from one to the other."""
    found: dict[str, Severity] = {}
    for change in compare_contracts(old, new):
        code = change.rule.code.removeprefix("compat.")
        found[code] = max(change.severity, found.get(code, Severity.OK))
    return found


def in_request(before: Field | Type | None, after: Field | Type | None, **kinds: Any) -> dict[str, Severity]:
    """What a change of a field means in what callers send."""
    old, new = (shop(request=_fields(each), **kinds) for each in (before, after))
    return severities(old, new)


def in_answer(before: Field | Type | None, after: Field | Type | None, **kinds: Any) -> dict[str, Severity]:
    """What a change of a field means in what callers receive."""
    old, new = (shop(answer=_fields(each), **kinds) for each in (before, after))
    return severities(old, new)


def changes(old: Contract, new: Contract) -> tuple[Change, ...]:
    """All changes."""
    return compare_contracts(old, new)


def named(name: str) -> Named:
    """A message or an enum."""
    return Named(name)


def _fields(given: Field | Type | None) -> dict[str, Field]:
    field = given if isinstance(given, Field) or given is None else Field(given)
    return {"id": Field(TEXT)} | ({} if field is None else {"it": field})
