"""Errors of the Connect protocol as answers: what each HTTP status stands for, and the bodies of declared errors."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from plures.compat import ABSENT, Contract, Failure
from plures.errors import Status
from plures.exports.schema import Examples, Schemas

HTTP_STATUS: Final[Mapping[str, int]] = {
    "canceled": 499, "unknown": 500, "invalid_argument": 400, "deadline_exceeded": 504, "not_found": 404, "already_exists": 409,
    "permission_denied": 403, "resource_exhausted": 429, "failed_precondition": 400, "aborted": 409, "out_of_range": 400,
    "unimplemented": 501, "internal": 500, "unavailable": 503, "data_loss": 500, "unauthenticated": 401,
}  # fmt: skip
"""Of each code of an error. The wire has the same table; a test compares the two."""
_JSON: Final = "application/json"
_REFUSED: Final = {"code": "invalid_argument", "message": "the request does not keep its schema"}


class ErrorAnswers:
    """The answers of one document that tell errors."""

    def __init__(self, contract: Contract, schemas: Schemas, examples: Examples) -> None:
        self._contract, self._schemas, self._examples = contract, schemas, examples
        self._bodies = {name: schemas.free(f"{name}Error") for name in contract.errors}
        self._any = schemas.free("Error")
        schemas.made[self._any] = _any_error()

    @property
    def any(self) -> dict[str, Any]:
        """A reference to the body of any error."""
        return self._schemas.ref(self._any)

    def of(self, errors: Iterable[str]) -> dict[str, Any]:
        """The answers of an operation, by HTTP status. Every other one has the same body, without fields."""
        groups: dict[int, list[str]] = {HTTP_STATUS["invalid_argument"]: []}
        for name in errors:
            groups.setdefault(HTTP_STATUS[self._contract.errors[name].status], []).append(name)
        answers = {str(status): self._answer(status, groups[status]) for status in sorted(groups)}
        return {
            **answers,
            "default": {
                "description": "Any other error of the Connect protocol.",
                "content": {_JSON: {"schema": self.any}},
            },
        }

    def _answer(self, status: int, names: list[str]) -> dict[str, Any]:
        told = ["The request is not what its schema asks for."] if status == HTTP_STATUS["invalid_argument"] else []
        told += [f"{name}: {self._said(name)}" for name in names]
        schemas = [*(self._body(name, self._contract.errors[name]) for name in names), self.any]
        shown = {name: example for name in names if (example := self._example(name)) is not ABSENT}
        if status == HTTP_STATUS["invalid_argument"]:
            shown["Invalid"] = _REFUSED
        content = {
            # What is declared comes first: any error is the last of the ways to read the body.
            "schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas},
            **({"examples": {name: {"value": each} for name, each in shown.items()}} if shown else {}),
        }
        return {"description": "\n\n".join(told), "content": {_JSON: content}}

    def _said(self, name: str) -> str:
        failure = self._contract.errors[name]
        return failure.doc or f"a declared error of status {failure.status}."

    def _body(self, name: str, failure: Failure) -> dict[str, Any]:
        shown = self._bodies[name]
        declared = {
            "type": "object",
            "properties": {
                "type": {"type": "string", "const": f"{self._contract.name}.{name}"},
                "fields": self._schemas.message(failure.message, reading=False),
            },
            "required": ["type", "fields"],
        }
        self._schemas.made[shown] = {
            "type": "object",
            "description": self._said(name),
            "properties": {
                "code": {"type": "string", "const": failure.status},
                "message": {"type": "string", "description": "For people."},
                "declared": declared,
            },
            "required": ["code", "message", "declared"],
        }
        return self._schemas.ref(shown)

    def _example(self, name: str) -> Any:
        failure = self._contract.errors[name]
        fields = self._examples.message(failure.message)
        if fields is ABSENT:
            return ABSENT
        said = failure.doc.partition("\n")[0] or name
        declared = {"type": f"{self._contract.name}.{name}", "fields": fields}
        return {"code": failure.status, "message": said, "declared": declared}


def _any_error() -> dict[str, Any]:
    detail = {
        "type": "object",
        "description": "A message of protobuf that says more: its name, and its bytes as base64.",
        "properties": {"type": {"type": "string"}, "value": {"type": "string"}},
    }
    return {
        "type": "object",
        "description": "An error of the Connect protocol.",
        "properties": {
            "code": {"type": "string", "enum": sorted(each.value for each in Status)},
            "message": {"type": "string", "description": "For people."},
            "details": {"type": "array", "items": detail},
        },
        "required": ["code"],
    }
