"""Pairs of operations: do callers fail? Paths, parameters, bodies, answers, security, and what surrounds them."""

from pathlib import Path
from typing import Any

import pytest

from .documents import answer, api, body, report, rules_of, takes

S, INT = {"type": "string"}, {"type": "integer"}
JSON = {"application/json": {"schema": S}}
XML = {"application/xml": {"schema": S}}
FINE = {"description": "Fine"}
KEY = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "token": {"type": "http", "scheme": "bearer"},
       "login": {"type": "oauth2", "flows": {}}}}  # fmt: skip
GONE = {"responses": {"200": FINE}, "deprecated": True}


def query(name: str = "q", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query"} | more


def header(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "header"} | more


def of(**responses: Any) -> dict[str, Any]:
    return {"responses": {status.lstrip("_"): each for status, each in responses.items()}}


def asks(*ways: dict[str, list[str]]) -> dict[str, Any]:
    return {"security": list(ways)}


def secured(operation: dict[str, Any], **root: Any) -> dict[str, Any]:
    return api(operation, components=KEY, **root)


def content(media: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": media} | more}


def with_header(name: str, **more: Any) -> dict[str, Any]:
    return of(_200=FINE | {"headers": {name: {"schema": S} | more}})


NO_PATHS = api() | {"paths": {}}
TWO = api(paths={"/pets/{id}": {"post": {"responses": {"200": FINE}}, "get": {"responses": {"200": FINE}}}})

PAIRS: dict[str, tuple[Any, Any, bool]] = {
    "the same": (api(), api(), False),
    "path removed": (api(), NO_PATHS, True),
    "path added": (NO_PATHS, api(), False),
    "method removed": (TWO, api(), True),
    "method added": (api(), TWO, False),
    "path renamed": (api(), api(path="/cats/{id}"), True),
    "path parameter renamed": (api(takes({"name": "id", "in": "path", "required": True})), api(takes({"name": "petId", "in": "path", "required": True}), path="/pets/{petId}"), False),
    "slash at the end": (api(path="/pets"), api(path="/pets/"), False),
    "removed after its sunset": (api(GONE | {"x-sunset": "2031-05-01"}), NO_PATHS, False),
    "removed before its sunset": (api(GONE | {"x-sunset": "2031-07-01"}), NO_PATHS, True),
    "removed, deprecated without a sunset": (api(GONE), NO_PATHS, True),
    "deprecated": (api(), api(GONE), False),
    "operationId changed": (api({"operationId": "a"}), api({"operationId": "b"}), False),
    "tags and texts": (api({"tags": ["a"], "summary": "x"}), api({"tags": ["b"], "summary": "y", "description": "z"}), False),
    "title changed": (api(), api(info={"title": "Animals", "version": "1.0.0"}), False),
    "3.0 to 3.1": (api(version="3.0.3"), api(), False),
    "server removed": (api(servers=[{"url": "/v1"}]), api(servers=[{"url": "/v2"}]), False),
    "required query added": (api(), api(takes(query(required=True))), True),
    "optional query added": (api(), api(takes(query())), False),
    "query removed": (api(takes(query())), api(), False),
    "query became required": (api(takes(query())), api(takes(query(required=True))), True),
    "query became optional": (api(takes(query(required=True))), api(takes(query())), False),
    "query became a list": (api(takes(query())), api(takes(query(schema={"type": "array", "items": S}))), True),
    "query integer to string": (api(takes(query(schema=INT))), api(takes(query(schema=S))), False),
    "query string to integer": (api(takes(query(schema=S))), api(takes(query(schema=INT))), True),
    "query value removed": (api(takes(query(schema=S | {"enum": ["a", "b"]}))), api(takes(query(schema=S | {"enum": ["a"]}))), True),
    "query value added": (api(takes(query(schema=S | {"enum": ["a"]}))), api(takes(query(schema=S | {"enum": ["a", "b"]}))), False),
    "query maximum lowered": (api(takes(query(schema=INT | {"maximum": 9}))), api(takes(query(schema=INT | {"maximum": 8}))), True),
    "query maximum raised": (api(takes(query(schema=INT | {"maximum": 9}))), api(takes(query(schema=INT | {"maximum": 10}))), False),
    "query pattern added": (api(takes(query())), api(takes(query(schema=S | {"pattern": "a"}))), True),
    "query default changed": (api(takes(query(schema=INT | {"default": 1}))), api(takes(query(schema=INT | {"default": 2}))), True),
    "query in another order": (api(takes(query("a"), query("b", schema=INT))), api(takes(query("b", schema=INT), query("a"))), False),
    "query to header": (api(takes(query(required=True))), api(takes(header("q", required=True))), True),
    "query written otherwise": (api(takes(query(schema={"type": "array", "items": S}))), api(takes(query(schema={"type": "array", "items": S}, explode=False))), True),
    "style in words": (api(takes(query())), api(takes(query(style="form", explode=True))), False),
    "query by media type": (api(takes(query(schema=None, content=JSON))), api(takes(query(schema=None, content={"application/json": {"schema": INT}}))), True),
    "parameter of the path item": (api(takes(query())), api(paths={"/pets/{id}": {"parameters": [query(schema=S)], "post": {"responses": {"200": FINE}}}}), False),
    "header in other letters": (api(takes(header("X-Trace", required=True))), api(takes(header("x-trace", required=True))), False),
    "required header added": (api(), api(takes(header("X-Trace", required=True))), True),
    "header that is not one of ours": (api(), api(takes(header("Authorization", required=True))), False),
    "required cookie added": (api(), api(takes({"name": "s", "in": "cookie", "required": True})), True),
    "path parameter became integer": (api(takes({"name": "id", "in": "path", "required": True})), api(takes({"name": "id", "in": "path", "required": True, "schema": INT})), True),
    "body added, required": (api(), api(body(S)), True),
    "body added, optional": (api(), api(content(JSON)), False),
    "body removed": (api(body(S)), api(), True),
    "body became required": (api(content(JSON)), api(content(JSON, required=True)), True),
    "body became optional": (api(content(JSON, required=True)), api(content(JSON)), False),
    "body's media type removed": (api(content(JSON | XML)), api(content(JSON)), True),
    "body's media type added": (api(content(JSON)), api(content(JSON | XML)), False),
    "body's media type changed": (api(content(JSON)), api(content(XML)), True),
    "body of any media type": (api(content(JSON)), api(content({"*/*": {"schema": S}})), False),
    "charset": (api(content(JSON)), api(content({"application/json; charset=utf-8": {"schema": S}})), False),
    "form": (api(content({"multipart/form-data": {"schema": {"type": "object", "properties": {"a": S}}}})), api(content({"multipart/form-data": {"schema": {"type": "object", "properties": {"a": S}, "required": ["a"]}}})), True),
    "success removed": (api(of(_200=FINE, _202=FINE)), api(of(_200=FINE)), True),
    "success added": (api(of(_200=FINE)), api(of(_200=FINE, _202=FINE)), False),
    "success changed": (api(of(_200=FINE)), api(of(_201=FINE)), True),
    "success as a range": (api(answer(S)), api(answer(S, "2XX")), False),
    "range as one": (api(answer(S, "2XX")), api(answer(S)), False),
    "range in small letters": (api(answer(S, "2XX")), api(answer(S, "2xx")), False),
    "success as the default": (api(answer(S)), api(answer(S, "default")), False),
    "range with another schema": (api(answer(S)), api(answer(INT, "2XX")), True),
    "error added": (api(of(_200=FINE)), api(of(_200=FINE, _404=FINE)), False),
    "error removed": (api(of(_200=FINE, _404=FINE)), api(of(_200=FINE)), False),
    "error's schema changed": (api(answer(S, "404")), api(answer(INT, "404")), True),
    "default added": (api(of(_200=FINE)), api(of(_200=FINE, default=FINE)), False),
    "default removed": (api(of(_200=FINE, default=FINE)), api(of(_200=FINE)), False),
    "error of the default's schema": (api({"responses": answer(S, "default")["responses"] | {"200": FINE}}), api({"responses": answer(S, "default")["responses"] | answer(S, "404")["responses"] | {"200": FINE}}), False),
    "answer's body removed": (api(answer(S)), api(), True),
    "answer's body added": (api(), api(answer(S)), False),
    "answer's media type added": (api(of(_200=FINE | {"content": JSON})), api(of(_200=FINE | {"content": JSON | XML})), False),
    "answer's media type removed": (api(of(_200=FINE | {"content": JSON | XML})), api(of(_200=FINE | {"content": JSON})), True),
    "header of an answer removed": (api(with_header("X-Next", required=True)), api(), True),
    "optional header of an answer removed": (api(with_header("X-Next")), api(), False),
    "header of an answer added": (api(), api(with_header("X-Next")), False),
    "header of an answer in other letters": (api(with_header("X-Next", required=True)), api(with_header("x-next", required=True)), False),
    "header of an answer became optional": (api(with_header("X-Next", required=True)), api(with_header("X-Next")), True),
    "security added": (secured({}), secured(asks({"key": []})), True),
    "security removed": (secured(asks({"key": []})), secured({}), False),
    "security changed": (secured(asks({"key": []})), secured(asks({"token": []})), True),
    "another way in": (secured(asks({"key": []})), secured(asks({"key": []}, {"token": []})), False),
    "one way in less": (secured(asks({"key": []}, {"token": []})), secured(asks({"key": []})), True),
    "both at once": (secured(asks({"key": []})), secured(asks({"key": [], "token": []})), True),
    "one of both": (secured(asks({"key": [], "token": []})), secured(asks({"key": []})), False),
    "became optional": (secured(asks({"key": []})), secured(asks({"key": []}, {})), False),
    "scope added": (secured(asks({"login": ["read"]})), secured(asks({"login": ["read", "write"]})), True),
    "scope removed": (secured(asks({"login": ["read", "write"]})), secured(asks({"login": ["read"]})), False),
    "scheme of another name": (secured(asks({"token": []})), api(asks({"again": []}), components={"securitySchemes": {"again": {"type": "http", "scheme": "Bearer"}}}), False),
    "scheme of another kind": (secured(asks({"key": []})), api(asks({"key": []}), components={"securitySchemes": {"key": {"type": "http", "scheme": "basic"}}}), True),
    "security for all": (secured({}), secured({}, security=[{"key": []}]), True),
    "security for all, said at the operation": (secured({}, security=[{"key": []}]), secured(asks({"key": []}), security=[{"key": []}]), False),
    "security for all but this": (secured({}), secured({"security": []}, security=[{"key": []}]), False),
    "webhook removed": (api(webhooks={"born": {"post": body(S)}}), api(), True),
    "webhook sends more": (api(webhooks={"born": {"post": body({"type": "object", "properties": {"a": S}})}}), api(webhooks={"born": {"post": body({"type": "object", "properties": {"a": S, "b": S}, "required": ["b"]})}}), False),
    "webhook sends less": (api(webhooks={"born": {"post": body({"type": "object", "properties": {"a": S}, "required": ["a"]})}}), api(webhooks={"born": {"post": body({"type": "object", "properties": {"a": S}})}}), True),
    "extensions": (api({"x-a": 1}), api({"x-a": 2}, xb=1), False),
    "schemas that none uses": (api(components={"schemas": {"A": S}}), api(components={"schemas": {"A": INT}}), False),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_callers_fail_as_the_table_says(name: str, tmp_path: Path) -> None:
    before, after, breaks = PAIRS[name]
    found = report(tmp_path, before, after)
    assert found.passes is not breaks, rules_of(found)
