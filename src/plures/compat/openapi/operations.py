"""The operations of an OpenAPI document: what callers send, what they receive, and who may call."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from plures.compat.model import Contract, Field
from plures.errors import InvalidInput

from .document import Document, Node
from .errors import DocumentUnread
from .merging import Merger
from .schemas import Reader
from .values import list_of, table_of

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_NOT_OURS: Final = frozenset(("accept", "content-type", "authorization"))
_ITEMS: Final = ("itemSchema", "x-plures-items")
_STYLES: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_PLACE: Final = re.compile(r"\{([^}]*)\}")
Security = tuple[frozenset[tuple[str, str]], ...]


class Answer(msgspec.Struct, frozen=True):
    """What comes back with one status: messages of its headers and, by media type, of its bodies."""

    headers: str
    bodies: Mapping[str, str]


class ApiOperation(msgspec.Struct, frozen=True):
    """One operation; texts are names of messages."""

    parameters: str
    bodies: Mapping[str, str]
    body_required: bool
    answers: Mapping[str, Answer]
    security: Security
    styles: Mapping[str, str]
    deprecated: bool
    sunset: str
    is_repeatable: bool = False


class Api(msgspec.Struct, frozen=True):
    """A document as values.

    Attributes:
        sent: Messages as callers send them, `received` as they receive them.
        schemes: What callers must have to be let in: name → how they show it.
        paths: Where parameters stand in a path → the paths as the document writes them.
    """

    title: str
    version: str
    operations: Mapping[str, ApiOperation]
    sent: Contract
    received: Contract
    servers: tuple[str, ...]
    schemes: Mapping[str, str]
    paths: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict[str, tuple[str, ...]])


def read_api(path: Path, like: Api | None = None) -> Api:
    """The API in a file. Raises DocumentUnread and InvalidInput.

    Args:
        like: One whose names of paths and of what stands in them are taken over, since callers never see these.
    """
    document = Document(path)
    try:
        read = _Reading(document, like.paths if like else {}).api()
    except RecursionError:
        fix = "Give what is nested a name in components/schemas, and refer to it by $ref."
        raise DocumentUnread(str(path), "its schemas nest too deeply", fix) from None
    if document.wrong:
        raise InvalidInput(str(path), document.wrong.values())
    return read


class _Reading:
    def __init__(self, document: Document, known: Mapping[str, tuple[str, ...]]) -> None:
        self._document, self._known = document, known
        merger = Merger(document)
        self._sent, self._received = Reader(merger, "readOnly"), Reader(merger, "writeOnly")
        self._root = document.root
        self._paths: dict[str, tuple[str, ...]] = {}

    def api(self) -> Api:
        root, operations = self._root, dict[str, ApiOperation]()
        for path, item in table_of(root.value.get("paths")).items():
            if not str(path).startswith("x-"):
                self._path(str(path), self._follow(root.within(item)), operations)
        for name, item in table_of(root.value.get("webhooks")).items():
            self._path(f"webhook {name}", self._follow(root.within(item)), operations)
        info = table_of(root.value.get("info"))
        title = str(info.get("title") or self._document.path.name)
        servers = tuple(str(table_of(each).get("url")) for each in list_of(root.value.get("servers")))
        sent, received = (Contract(title, "", "", {}, each.messages) for each in (self._sent, self._received))
        return Api(
            title, str(info.get("version", "")), operations, sent, received, servers, self._schemes(), self._paths
        )

    def _follow(self, node: Node) -> Node:
        return self._document.follow(node)

    def _path(self, path: str, item: Node, operations: dict[str, ApiOperation]) -> None:
        template = _PLACE.sub("{}", path).rstrip("/") or "/"
        known = self._known.get(template, (path,))
        # Two paths of one document that differ in nothing else are two.
        shown = path if path in known or template in self._paths else known[0]
        self._paths[template] = (*self._paths.get(template, ()), path)
        renamed = dict(zip(_PLACE.findall(path), _PLACE.findall(shown), strict=False))
        for method in _METHODS:
            if isinstance(table_of(item.value).get(method), dict):
                name = f"{method.upper()} {shown}"
                operations[name] = self._operation(name, item, item.get(method), renamed)

    def _operation(self, name: str, item: Node, node: Node, renamed: Mapping[str, str]) -> ApiOperation:
        fields, styles = self._parameters(name, item, node, renamed)
        body = self._follow(node.get("requestBody"))
        required = table_of(body.value).get("required") is True
        bodies = self._bodies(self._sent, f"{name}", body, required=required)
        answers: dict[str, Answer] = {}
        for status, each in table_of(node.value.get("responses")).items():
            if not str(status).startswith("x-"):
                answers[str(status).upper()] = self._answer(f"{name} {status}", self._follow(node.within(each)))
        security = node.value.get("security", self._root.value.get("security"))
        sunset = str(node.value.get("x-sunset") or "")
        parameters = self._sent.add(name, fields)
        deprecated = node.value.get("deprecated") is True
        repeatable = node.value.get("x-plures-idempotent") is True
        return ApiOperation(
            parameters, bodies, required, answers, self._security(security), styles, deprecated, sunset, repeatable
        )

    def _parameters(
        self, operation: str, item: Node, node: Node, renamed: Mapping[str, str]
    ) -> tuple[dict[str, Field], dict[str, str]]:
        fields: dict[str, Field] = {}
        styles: dict[str, str] = {}
        for owner in (item, node):
            for each in list_of(table_of(owner.value).get("parameters")):
                found = self._follow(owner.within(each))
                value = table_of(found.value)
                place, name = str(value.get("in")), str(value.get("name"))
                if place == "header":
                    name = name.lower()
                    if name in _NOT_OURS:
                        continue
                name = f"{place}.{renamed.get(name, name) if place == 'path' else name}"
                schema, is_text = self._schema(found)
                needed = value.get("required") is True or place == "path"
                fields[name] = self._sent.field(schema, f"{operation} {name}", required=needed, text=is_text)
                style = str(value.get("style") or _STYLES.get(place, ""))
                explode = value.get("explode", style == "form") is True
                styles[name] = style + (", exploded" if explode else "")
        return fields, styles

    def _schema(self, found: Node) -> tuple[Node, bool]:
        """The schema of a parameter or header, and whether it travels as text rather than as a media type says."""
        content = table_of(table_of(found.value).get("content"))
        if content:
            return found.within(next(iter(content.values()))).get("schema"), False
        return found.get("schema"), True

    def _bodies(self, reader: Reader, name: str, owner: Node, *, required: bool) -> dict[str, str]:
        bodies: dict[str, str] = {}
        for media, each in table_of(table_of(owner.value).get("content")).items():
            kind = ";".join(p.strip() for p in str(media).lower().split(";") if "charset=" not in p)
            content = self._follow(owner.within(each))
            # Of a stream, what is in its messages; OpenAPI 3.1 has no word for it.
            schema = content.get(next((word for word in _ITEMS if word in table_of(content.value)), "schema"))
            field_ = reader.field(schema, f"{name} body", required=required)
            bodies[kind] = reader.add(f"{name} {kind}", {"body": field_})
        return bodies

    def _answer(self, name: str, node: Node) -> Answer:
        headers: dict[str, Field] = {}
        for header, each in table_of(table_of(node.value).get("headers")).items():
            found = self._follow(node.within(each))
            if str(header).lower() != "content-type":
                schema, is_text = self._schema(found)
                label, needed = f"header.{str(header).lower()}", table_of(found.value).get("required") is True
                headers[label] = self._received.field(schema, f"{name} {label}", required=needed, text=is_text)
        return Answer(self._received.add(name, headers), self._bodies(self._received, name, node, required=True))

    def _security(self, said: Any) -> Security:
        """The ways to be let in, each with all that it asks for; what lets everyone in asks for nothing."""
        ways = {
            frozenset(
                (scheme, str(scope)) for scheme, scopes in table_of(way).items() for scope in ("", *list_of(scopes))
            )
            for way in list_of(said)
        }
        return tuple(sorted(ways, key=sorted)) or (frozenset(),)

    def _schemes(self) -> dict[str, str]:
        owner = self._follow(self._root.get("components")).get("securitySchemes")
        schemes: dict[str, str] = {}
        for name in table_of(owner.value):
            value = table_of(self._follow(owner.get(name)).value)
            said = (value.get(key) for key in ("type", "scheme", "in", "name", "openIdConnectUrl"))
            schemes[name] = " ".join(str(each).lower() for each in said if each)
        return schemes


def day_of(text: str) -> date | None:
    """The day that a text says; None where it says none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
