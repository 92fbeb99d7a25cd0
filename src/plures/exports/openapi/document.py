"""A contract → an OpenAPI 3.1 document: the paths of the Connect protocol, as a server of Plures answers there."""

from typing import Any, Final

from plures.compat import ABSENT, Contract, Operation
from plures.exports.about import as_text, information, is_deprecated
from plures.exports.notes import limits_note
from plures.exports.schema import Examples, Schemas

from .errors import ErrorAnswers
from .headers import answer_headers, header_parameters

_JSON: Final = "application/json"
_STREAM: Final = "application/connect+json"
_ITEMS: Final = "x-plures-items"
_WIRE: Final = (
    "Calls follow the Connect protocol (https://connectrpc.com/docs/protocol): POST with a JSON object; a query can be asked with GET as well. "
    "The header Connect-Timeout-Ms shortens the deadline of a call. Requests may be compressed with gzip. Fields that a schema does not know are "
    "ignored. `x-plures-also` lists what a service takes besides what a caller should send: `absent` fields, which are zero then, null for "
    "what may be left out, numbers as text."
)
_STREAMED: Final = (
    "The answer is a stream, for which OpenAPI 3.1 has no words. Request and answer are messages in envelopes: a byte of flags, four bytes with the "
    "length, most significant first, then JSON. The request is one such message, with flags 0. `x-plures-items` says what is in the messages. The last "
    "one of the answer has flags 2 and is `{}`, or has the error as `error`; the HTTP status is 200 either way."
)


def openapi_document(contract: Contract) -> str:
    """The text of the document."""
    return as_text(_Writing(contract).document())


class _Writing:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas = Schemas(contract, "#/components/schemas/", taken=())
        self._examples = Examples(contract)
        self._errors = ErrorAnswers(contract, self._schemas, self._examples)
        self._ids = set(contract.operations)

    def document(self) -> dict[str, Any]:
        contract = self._contract
        about = information(contract)
        tag = contract.service.rpartition(".")[2]
        paths = {
            f"/{contract.service}/{name}": self._path(name, each, tag) for name, each in contract.operations.items()
        }
        made = self._schemas.made
        return {
            "openapi": "3.1.0",
            "info": {**about, "description": f"{about['description']}\n\n{_WIRE}"},
            "tags": [{"name": tag, **({"description": contract.doc} if contract.doc else {})}],
            "paths": paths,
            "components": {"schemas": {name: made[name] for name in sorted(made)}},
        }

    def _path(self, name: str, operation: Operation, tag: str) -> dict[str, Any]:
        common = self._common(name, operation, tag)
        posted = {
            "post": {
                "operationId": name,
                **common,
                "requestBody": {"required": True, "content": self._request(operation)},
                "responses": self._answers(operation),
            }
        }
        if operation.kind != "query" or operation.streams:
            return posted
        got = {
            "operationId": self._free(f"{name}Get"),
            **common,
            "parameters": [*self._parameters(operation), *header_parameters(self._contract, operation.request_headers)],
            "responses": self._answers(operation),
        }
        return {**posted, "get": got}

    def _free(self, wanted: str) -> str:
        number, name = 1, wanted
        while name in self._ids:
            number += 1
            name = f"{wanted}{number}"
        self._ids.add(name)
        return name

    def _common(self, name: str, operation: Operation, tag: str) -> dict[str, Any]:
        head, _, rest = operation.doc.partition("\n")
        repeating = (
            "It changes nothing."
            if operation.kind == "query"
            else "It may be sent twice."
            if operation.idempotent
            else ""
        )
        told = [
            rest.strip(),
            f"Deadline: {operation.deadline_s:g} s.",
            limits_note(operation.limits),
            repeating,
            f"Asked by GET, caches may keep an answer: {operation.cache_control}." if operation.cache_s else "",
            _STREAMED if operation.streams else "",
        ]
        sunset = self._contract.sunset
        sent = header_parameters(self._contract, operation.request_headers)
        return {
            "tags": [tag],
            "summary": head or name,
            "description": "\n\n".join(each for each in told if each),
            **({"deprecated": True} if is_deprecated(self._contract) else {}),
            **({"x-sunset": sunset.isoformat()} if sunset is not None else {}),
            **({"parameters": sent} if sent else {}),
            "x-plures-idempotent": operation.idempotent or operation.kind == "query",
            "x-plures-deadline-s": operation.deadline_s,
            **{f"x-plures-{name.replace('_', '-')}": most for name, most in operation.limits.items()},
            **({"x-plures-cache-control": operation.cache_control} if operation.cache_s else {}),
        }

    def _request(self, operation: Operation) -> dict[str, Any]:
        message = self._schemas.message(operation.request, reading=True)
        if operation.streams:
            return {_STREAM: {_ITEMS: message}}
        return {_JSON: {"schema": message, **self._example(operation.request)}}

    def _parameters(self, operation: Operation) -> list[dict[str, Any]]:
        content = {
            _JSON: {
                "schema": self._schemas.message(operation.request, reading=True),
                **self._example(operation.request),
            }
        }
        return [
            {"name": "message", "in": "query", "required": True, "description": "The request.", "content": content},
            {"name": "encoding", "in": "query", "required": True, "schema": {"type": "string", "enum": ["json"]}},
            {"name": "connect", "in": "query", "schema": {"type": "string", "enum": ["v1"]}},
        ]

    def _answers(self, operation: Operation) -> dict[str, Any]:
        message = self._schemas.message(operation.answer, reading=False)
        said = answer_headers(self._contract, operation)
        beside = {"headers": said} if said else {}
        if operation.streams:
            content: dict[str, Any] = {_STREAM: {_ITEMS: message}}
            told = ["Messages in envelopes."]
            told += [
                f"The last one may tell {name} ({self._contract.errors[name].status})." for name in operation.errors
            ]
            refused = {
                "description": "The request was refused before it was read.",
                "content": {_JSON: {"schema": self._errors.any}},
            }
            return {"200": {"description": " ".join(told), **beside, "content": content}, "default": refused}
        content = {_JSON: {"schema": message, **self._example(operation.answer)}}
        return {
            "200": {"description": "The answer.", **beside, "content": content},
            **self._errors.of(operation.errors),
        }

    def _example(self, message: str) -> dict[str, Any]:
        value = self._examples.message(message)
        return {} if value is ABSENT else {"example": value}
