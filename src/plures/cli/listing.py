"""The contract listing of a running replica, and the request that an operation in it takes."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from plures.contract import Pairs, broken_pairs
from plures.errors import PluresError, Text
from plures.http import HttpTransport
from plures.runtime import Broken, NotSent, Reply
from plures.tls import Recognising

_TIMEOUT_S: Final = 5.0
_STRANGER: Final = "what answers there is not the control listener of a Plures application"
_KINDS: Final = {"boolean": "true or false", "array": "a list"}


@dataclass(eq=False)
class NotReached(PluresError):
    """No replica answered at the given address."""

    code = "cli.not_reached"
    wording = Text(
        "No contract listing at {at}",
        why="{reason}",
        fix="Start the application with `plures run`, or name the control address that it printed with --at.",
    )

    at: str
    reason: str


Operation: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """What a replica says of its application.

    Attributes:
        hosted: Full name → operation, of those that the replica serves.
        elsewhere: Of those that other processes of the application serve.
        homes: Full name of an operation → its capability.
    """

    application: str
    hosted: Mapping[str, Operation]
    elsewhere: Mapping[str, Operation]
    homes: Mapping[str, str]


class BadArgument(PluresError):
    """An argument of a call does not fit the operation."""

    code = "cli.bad_argument"


@dataclass(eq=False)
class NotLetIn(PluresError):
    """The replica does not tell what it serves to a caller without a right token."""

    code = "cli.not_let_in"
    wording = Text(
        "{at} does not let this command in",
        why="{reason}",
        fix="Go to the folder of the application that runs there, name its data folder with --data, or put a token that may call "
        '"*" into the variable PLURES_TOKEN.',
    )

    at: str
    reason: str


def fetch_listing(at: str, token: str, tls: Recognising | None = None) -> Listing:
    """What the replica at a base URL says; raises `NotReached` or `NotLetIn`.

    Args:
        tls: How it is recognised by TLS; None where its host name counts.
    """
    try:
        return _listing(json.loads(fetch_contracts(at, token, tls)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotReached(at, _STRANGER) from None


def fetch_contracts(at: str, token: str, tls: Recognising | None = None) -> bytes:
    """The contract listing as it is sent; otherwise as `fetch_listing`."""
    try:
        reply = asyncio.run(get_listing(at, token, tls))
    except (NotSent, Broken, TimeoutError, ValueError) as error:
        raise NotReached(at, str(error) or f"no answer within {_TIMEOUT_S:g} s") from None
    if reply.http_status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotLetIn(at, _reason_in(reply))
    if reply.http_status != HTTPStatus.OK:
        raise NotReached(at, f"{_STRANGER} (HTTP {reply.http_status})")
    return reply.body


def request_of(operation: Mapping[str, Any], arguments: Sequence[str]) -> dict[str, Any]:
    """`text=lens limit=5` → the JSON of the request, by the operation's schema; a name given twice makes a list.

    Raises:
        BadArgument: An argument has no `=`, is unknown, or its value is not of the declared kind.
    """
    properties = {_snake(name): (name, schema) for name, schema in operation["request"].get("properties", {}).items()}
    request: dict[str, Any] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        known = properties.get(_snake(name))
        if not equals or known is None:
            fix = f"Write name=value, where name is one of {', '.join(properties) or '(it takes none)'}."
            raise BadArgument(f"Argument {argument!r} does not fit {operation['name']}", fix=fix)
        wire_name, schema = known
        value = _value(name, text, schema)
        if schema.get("type") == "array" and "items" in schema:
            value = [*request.get(wire_name, []), *(value if text.startswith("[") else [value])]
        elif wire_name in request:
            why = f"{operation['name']} takes one of it"
            raise BadArgument(f"{name} is given twice", why=why, fix="Leave one out.")
        request[wire_name] = value
    return request


def headers_of(operation: Mapping[str, Any], texts: Sequence[str]) -> Pairs:
    """`locale=de` → the headers of the request, as the operation declares them; a name given twice is two lines.

    Raises:
        BadArgument: One has no `=`, is not declared, or its text is none that a header has.
    """
    declared: Mapping[str, Any] = operation.get("request_headers") or {}
    pairs: list[tuple[str, str]] = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not (name.lower() in declared or "*" in declared):
            fix = f"Write --header name=value, where name is one of {', '.join(declared) or '(it takes none)'}."
            raise BadArgument(f"Header {text!r} does not fit {operation['name']}", fix=fix)
        pairs.append((name.lower(), value))
    problems = broken_pairs(pairs)
    if problems:
        raise BadArgument(f"{problems[0]}", fix="Write visible ASCII; bytes of a name that ends in -bin as base64.")
    return tuple(pairs)


def body_of(operation: Mapping[str, Any], arguments: Sequence[str]) -> bytes:
    """`text=lens limit=5` → the body of the request.

    Raises:
        BadArgument: An argument does not fit, or one is missing: the peer would take it for zero, as proto3 clients mean it.
    """
    request = request_of(operation, arguments)
    missing = [name for name in operation["request"].get("required", []) if name not in request]
    if missing:
        why = "; ".join(f"{_snake(name)}: is missing" for name in missing)
        raise BadArgument(f"Cannot call {operation['name']}", why=why, fix=f"Add {_snake(missing[0])}=… to the call.")
    return json.dumps(request).encode()


def _listing(data: Any) -> Listing:
    hosted, elsewhere = data["contracts"], data.get("elsewhere", [])
    homes = {o["name"]: contract["capability"] for contract in (*hosted, *elsewhere) for o in contract["operations"]}
    return Listing(data["application"], _operations(hosted), _operations(elsewhere), homes)


def _operations(contracts: Any) -> dict[str, Operation]:
    return {operation["name"]: operation for contract in contracts for operation in contract["operations"]}


def _reason_in(reply: Reply) -> str:
    try:
        return str(json.loads(reply.body)["message"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return f"it answered HTTP {reply.http_status}"


async def get_listing(at: str, token: str, tls: Recognising | None = None) -> Reply:
    """What answers there; raises `NotSent`, `Broken`, `TimeoutError` or `ValueError`."""
    transport = HttpTransport({at: token}, tls=tls)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await transport.get(at, "/contracts")
    finally:
        await transport.close()


def _value(name: str, text: str, schema: Mapping[str, Any]) -> Any:
    kind: Any = schema.get("type")
    if kind == "array" and "items" in schema and not text.startswith("["):
        return _value(name, text, schema["items"])
    if kind == "string":
        return text
    try:
        # NaN and Infinity travel as text.
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        if isinstance(kind, list) and "string" in kind:
            return text
        kind_in_words = "an object" if "additionalProperties" in schema else _KINDS.get(f"{kind}", "a message")
        why = f"the operation expects {kind_in_words}"
        fix = f"Write it as JSON, such as {name}='{_example(schema)}'."
        raise BadArgument(f"{name}={text} is not valid JSON", why=why, fix=fix) from None


def _example(schema: Mapping[str, Any]) -> str:
    examples = {"boolean": "true", "array": "[…]"}
    if "additionalProperties" in schema:
        return '{"key": …}'
    properties = schema.get("oneOf", [schema])[0].get("properties", {})
    fields = ", ".join(f'"{name}": …' for name in properties)
    return examples.get(str(schema.get("type")), f"{{{fields}}}")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
