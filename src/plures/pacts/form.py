"""An expectation as an interaction of a pact file, by version 4 of Pact's specification, and back.

Values are examples: rules of Pact say that the types count. What tells which error it is must be equal. A stream is no single body: it is a
message with several answers, which tools of Pact know, and cannot ask for over HTTP; so it is `pending` for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from plures.contract import as_list, as_object

from .expectation import Expectation

_JSON: Final = "application/json"
_HTTP: Final = "Synchronous/HTTP"
_MESSAGES: Final = "Synchronous/Messages"
_MARK: Final = "plures"


def pact_of(consumer: str, contract: str, expectations: Sequence[Expectation]) -> dict[str, Any]:
    """The pact of one consumer with one contract."""
    return {
        "consumer": {"name": consumer},
        "interactions": [_interaction(each) for each in sorted(expectations, key=lambda each: each.order)],
        "metadata": {"pactSpecification": {"version": "4.0"}},
        "provider": {"name": contract},
    }


def _interaction(each: Expectation) -> dict[str, Any]:
    what = f"fails with {each.error.rpartition('.')[2]}" if each.error else "answers"
    told: dict[str, Any] = {
        "comments": {_MARK: {"path": each.path, "tests": list(each.tests)}, "testname": next(iter(each.tests), "")},
        "description": f"{each.operation} {what} ({each.key})",
        "key": each.key,
        "pending": each.streams,
        "type": _MESSAGES if each.streams else _HTTP,
    }
    if each.state:
        told["providerStates"] = [{"name": each.state, "params": dict(each.parameters)}]
    if each.streams:
        answers = [{"contents": _body(item)} for item in as_list(each.answer) or []]
        return told | {"request": {"contents": _body(each.request)}, "response": answers}
    request = {"method": "POST", "path": each.path, "headers": _headers(), "body": _body(each.request)}
    body = _error_body(each) if each.error else without_nulls(each.answer)
    rules = {"$": _rule("type")} | (
        {"$.code": _rule("equality"), "$.declared.type": _rule("equality")} if each.error else {}
    )
    for path in each.maps:
        # The rule for a map ends there: its values need one of their own.
        rules |= {path: _rule("values"), f"{path}.*": _rule("type")}
    response = {"status": each.status, "headers": _headers(), "body": _body(body), "matchingRules": {"body": rules}}
    return told | {"request": request, "response": response}


def _error_body(each: Expectation) -> dict[str, Any]:
    return {"code": each.code, "declared": {"fields": without_nulls(each.answer), "type": each.error}}


def _headers() -> dict[str, list[str]]:
    return {"Content-Type": [_JSON]}


def _body(content: Any) -> dict[str, Any]:
    return {"content": content, "contentType": _JSON, "encoded": False}


def _rule(match: str) -> dict[str, Any]:
    return {"combine": "AND", "matchers": [{"match": match}]}


def without_nulls(value: Any) -> Any:
    """A null says that nothing is there: to a tool that compares by type it would be a type of its own."""
    fields = as_object(value)
    if fields is not None:
        return {name: without_nulls(part) for name, part in fields.items() if part is not None}
    items = as_list(value)
    return value if items is None else [without_nulls(item) for item in items]


def expectations_of(pact: Mapping[str, Any]) -> list[Expectation]:
    """What a pact file says. Interactions that other tools wrote have no tests; what is no call of JSON by HTTP is passed over.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: It is no pact.
    """
    consumer, contract = str(pact["consumer"]["name"]), str(pact["provider"]["name"])
    version = str(pact["metadata"]["pactSpecification"]["version"])
    if not version.startswith("4"):
        message = f"it is of version {version} of Pact, and 4 is read"
        raise ValueError(message)
    found = (_expectation(consumer, contract, each) for each in pact["interactions"])
    return [each for each in found if each is not None]


def _content(message: Mapping[str, Any]) -> Any:
    return (as_object(message.get("body")) or {}).get("content", {})


def _expectation(consumer: str, contract: str, told: Mapping[str, Any]) -> Expectation | None:
    mark = as_object((as_object(told.get("comments")) or {}).get(_MARK)) or {}
    states = as_list(told.get("providerStates")) or [{}]
    state = as_object(states[0]) or {}
    common: dict[str, Any] = {
        "state": str(state.get("name", "")),
        "parameters": as_object(state.get("params")) or {},
        "tests": tuple(map(str, as_list(mark.get("tests")) or [])),
    }
    if told["type"] == _MESSAGES and mark:
        answers = [each["contents"]["content"] for each in told["response"]]
        request = told["request"]["contents"]["content"]
        return Expectation(consumer, contract, str(mark["path"]), request, answers, streams=True, **common)
    if told["type"] != _HTTP:
        return None
    path, status = str(told["request"]["path"]), int(told["response"].get("status", 200))
    request, body = _content(told["request"]), _content(told["response"])
    rules = as_object((as_object(told["response"].get("matchingRules")) or {}).get("body")) or {}
    common["maps"] = tuple(path for path, rule in rules.items() if rule == _rule("values"))
    declared = as_object((as_object(body) or {}).get("declared")) if status >= 400 else None  # noqa: PLR2004 - where errors begin
    if declared is None:
        return Expectation(consumer, contract, path, request, body, status=status, **common)
    error, code = str(declared["type"]), str(body["code"])
    return Expectation(consumer, contract, path, request, declared.get("fields", {}), error, code, status, **common)
