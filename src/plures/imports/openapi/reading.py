"""An OpenAPI document → a contract. Calls of ours do not go to its paths: what is imported are its operations and types."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from plures.compat import (
    ABSENT,
    Contract,
    Document,
    Failure,
    Field,
    ListOf,
    MapOf,
    Merger,
    Named,
    Node,
    Operation,
    Record,
    list_of,
    table_of,
)
from plures.contract import DEFAULT_DEADLINE_S, ContractError, camel, is_contract_name, pascal
from plures.errors import InvalidInput, Violation
from plures.imports import rules
from plures.imports.found import Read, Wanted
from plures.imports.names import class_name, free, parameter_name

from .answers import json_of, success
from .schemas import Schemas
from .words import contract_name, error_name, python_name

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_QUERIES: Final = frozenset(("get", "head", "options", "trace"))
_IDEMPOTENT: Final = frozenset(("put", "delete"))
_PLACES: Final = frozenset(("path", "query"))
_OF_ERRORS: Final = frozenset(dir(ContractError))


def read_openapi(path: Path, wanted: Wanted) -> Read:
    """The contract that a document is.

    Raises:
        PluresError: The file cannot be read.
        InvalidInput: What is wrong with the document, or keeps a contract from being made of it.
    """
    document = Document(path)
    read = _Reading(document, path, wanted).read()
    if document.wrong:
        raise InvalidInput(str(path), document.wrong.values())
    return read


class _Reading:
    def __init__(self, document: Document, path: Path, wanted: Wanted) -> None:
        self._document, self._path, self._wanted = document, path, wanted
        self._unsaid: list[Violation] = []
        self._taken: set[str] = set()
        self._merger = Merger(document)
        self._schemas = Schemas(self._merger, self._unsaid, self._taken)
        self._operations: dict[str, Operation] = {}
        self._requests: dict[str, Record] = {}
        self._errors: dict[str, Failure] = {}
        self._known: dict[tuple[int, int], str] = {}

    def read(self) -> Read:
        root = self._document.root
        info = table_of(root.get("info").value)
        name = self._wanted.name or contract_name(
            str(info.get("title") or self._path.stem), str(info.get("version", ""))
        )
        if not is_contract_name(name):
            given = rules.NO_VERSION.broken(str(self._path), subject="--name", name=name, consequence="")
            raise InvalidInput(str(self._path), [given])
        service = self._wanted.service or pascal(name.split(".")[-2])
        self._taken.add(service)
        found = list(self._found())
        if not found:
            raise InvalidInput(str(self._path), [rules.NO_SERVICE.broken(str(self._path), what="operation")])
        self._taken |= {f"{pascal(method)}Request" for method, *_ in found}
        self._taken |= {f"{pascal(method)}Response" for method, *_, node in found if self._is_wrapped(node)}
        for method, verb, address, item, node in found:
            self._operation(method, verb, address, item, node)
        self._about(root)
        contract = Contract(
            name=name,
            service=f"{name}.{service}",
            owner=self._wanted.owner or name.partition(".")[0],
            operations=self._operations,
            messages={**self._requests, **self._schemas.records},
            errors=self._errors,
            doc=str(info.get("description") or info.get("title") or ""),
        )
        return Read(contract, tuple(dict.fromkeys(self._unsaid)), has_numbers=False)

    def _found(self) -> list[tuple[str, str, str, Node, Node]]:
        found: list[tuple[str, str, str, Node, Node]] = []
        taken: set[str] = set()
        for address, value in table_of(self._document.root.get("paths").value).items():
            item = self._document.follow(self._document.root.within(value))
            for verb in _METHODS:
                node = self._document.follow(item.get(verb))
                if table_of(node.value):
                    said = str(table_of(node.value).get("operationId") or f"{verb} {address}")
                    method = free(python_name(said), taken)
                    taken.add(method)
                    found.append((method, verb, str(address), item, node))
        return found

    def _operation(self, method: str, verb: str, address: str, item: Node, node: Node) -> None:
        where, name, value = f"{verb.upper()} {address}", pascal(method), table_of(node.value)
        fields = self._parameters(where, name, item, node)
        self._body(where, name, fields, self._document.follow(node.get("requestBody")))
        request = f"{name}Request"
        self._requests[request] = Record(fields)
        answer, errors = self._answers(where, name, node)
        said = [str(value[key]).strip() for key in ("summary", "description") if value.get(key)]
        texts = ["Deprecated."] if value.get("deprecated") is True else []
        texts += [*dict.fromkeys(said), f"{verb.upper()} {address}"]
        if value.get("callbacks"):
            self._tell(rules.NOT_IMPORTED, where, what="callbacks")
        is_query = verb in _QUERIES
        self._operations[name] = Operation(
            kind="query" if is_query else "command",
            idempotent=is_query or verb in _IDEMPOTENT,
            streams=False,
            deadline_s=DEFAULT_DEADLINE_S,
            request=request,
            answer=answer,
            errors=errors,
            doc="\n\n".join(texts),
        )

    def _parameters(self, where: str, name: str, item: Node, node: Node) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for found in self._declared(item, node):
            value = table_of(found.value)
            place, said = str(value.get("in")), str(value.get("name"))
            if place not in _PLACES:
                self._tell(rules.PLACE, f"{where} {said}", place=place)
                continue
            content = table_of(value.get("content"))
            owner = found.within(next(iter(content.values()))) if content else found
            required = value.get("required") is True or place == "path"
            field = self._schemas.field(
                owner.get("schema"), f"{name}{class_name(said)}", f"{where} {said}", required=required
            )
            if field is not None:
                doc = " ".join(str(value.get("description") or "").split())
                self._add(
                    fields,
                    said,
                    Field(field.type, 0, field.required, field.nullable, field.default, doc or field.doc),
                    where,
                )
        return fields

    def _declared(self, item: Node, node: Node) -> list[Node]:
        """Parameters of a path and of its operation, whose own stand in for those."""
        found: dict[tuple[str, str], Node] = {}
        for owner in (item, node):
            listed = table_of(owner.value).get("parameters")
            for each in list_of(listed):
                parameter = self._document.follow(owner.within(each))
                value = table_of(parameter.value)
                found[str(value.get("in")), str(value.get("name"))] = parameter
        return list(found.values())

    def _body(self, where: str, name: str, fields: dict[str, Field], body: Node) -> None:
        content = table_of(body.get("content").value)
        if not content:
            return
        media = json_of(content)
        others = [each for each in content if each != media]
        if media is None:
            self._tell(rules.MEDIA, where, media=", ".join(others), what="body")
            return
        if others:
            self._tell(rules.OTHER_MEDIA, where, media=", ".join(others))
        schema = self._document.follow(body.within(content[media])).get("schema")
        required = table_of(body.value).get("required") is True
        merged = self._merger.merged(schema)
        if self._schemas.is_object(schema) and not merged.name:
            # Fields of a body that has no name are parameters like any other.
            for key, each in self._schemas.fields(merged, name, f"{where} body").items():
                self._add(fields, key, each, where)
            return
        field = self._schemas.field(schema, f"{name}Body", f"{where} body", required=required)
        if field is not None:
            label = python_name(merged.name) if isinstance(field.type, Named) and merged.name else "body"
            self._add(fields, label, field, where)

    def _add(self, fields: dict[str, Field], said: str, field: Field, where: str) -> None:
        key = camel(free(python_name(said), {python_name(each) for each in fields}))
        if parameter_name(key) != said and key != said:
            self._tell(rules.RENAMED, f"{where} {said} ({parameter_name(key)})")
        fields[key] = field

    def _answers(self, where: str, name: str, node: Node) -> tuple[str, tuple[str, ...]]:
        answers = self._by_status(node)
        good = sorted(status for status in answers if status.startswith("2"))
        if len(good) > 1:
            self._tell(rules.SEVERAL_ANSWERS, where, kept=good[0], others=", ".join(good[1:]))
        if any(each.get("headers").value for each in answers.values()):
            self._tell(rules.NOT_IMPORTED, where, what="headers of answers")
        if any(each.get("links").value for each in answers.values()):
            self._tell(rules.NOT_IMPORTED, where, what="links")
        status = success(answers)
        answer = self._answer(f"{where} {status}", name, answers[status]) if status else None
        errors = [self._error(f"{where} {code}", code, each) for code, each in answers.items()]
        return answer or self._wrapped(name, None), tuple(dict.fromkeys(each for each in errors if each))

    def _by_status(self, node: Node) -> dict[str, Node]:
        listed = table_of(node.get("responses").value)
        return {str(status): self._document.follow(node.within(each)) for status, each in listed.items()}

    def _is_wrapped(self, node: Node) -> bool:
        """Whether the answer of an operation is no message of its own."""
        answers = self._by_status(node)
        status = success(answers)
        content = table_of(answers[status].get("content").value) if status else {}
        media = json_of(content)
        return media is None or not self._schemas.is_object(answers[status].within(content[media]).get("schema"))

    def _answer(self, where: str, name: str, answer: Node) -> str | None:
        content = table_of(answer.get("content").value)
        if not content:
            return None
        media = json_of(content)
        if media is None:
            self._tell(rules.MEDIA, where, media=", ".join(content), what="answer")
            return None
        schema = self._document.follow(answer.within(content[media])).get("schema")
        field = self._schemas.field(schema, f"{name}Answer", where, required=True)
        if field is None:
            return None
        if isinstance(field.type, Named) and not field.nullable:
            return field.type.name
        return self._wrapped(name, field)

    def _wrapped(self, name: str, field: Field | None) -> str:
        """The message that a contract makes of an answer that is none."""
        kept: dict[str, Field] = {}
        if field is not None:
            is_list = isinstance(field.type, ListOf | MapOf)
            kept["value"] = replace(field, required=not field.nullable and not is_list, default=ABSENT, doc="")
        self._requests[f"{name}Response"] = Record(kept)
        return f"{name}Response"

    def _error(self, where: str, status: str, answer: Node) -> str:
        if not status.isdecimal() or not status.startswith("4"):
            # What a service fails of is not declared, and a range or default says nothing of its own.
            return ""
        content = table_of(answer.get("content").value)
        media = json_of(content)
        schema = answer.within(content[media]).get("schema") if media else Node(None, answer.file)
        key = (int(status), id(self._merger.resolved(schema).value) if media else 0)
        if key in self._known:
            return self._known[key]
        wanted, code = error_name(int(status))
        name = free(wanted, self._taken)
        self._taken.add(name)
        self._known[key] = name
        fields: dict[str, Field] = {}
        if media and self._schemas.is_object(schema):
            found = self._schemas.fields(self._merger.merged(schema), name, where)
            for label, field in found.items():
                # Each error has these already.
                taken = label in _OF_ERRORS
                fields[f"{label}Value" if taken else label] = field
                if taken:
                    self._tell(rules.RENAMED, f"{where}.{label} ({label}_value)")
        doc = str(table_of(answer.value).get("description") or "")
        self._schemas.records[name] = Record(fields, doc=doc)
        self._errors[name] = Failure(code, name)
        return name

    def _about(self, root: Node) -> None:
        """What a document says of more than one operation."""
        self._tell(rules.PATHS, "paths")
        for key in ("servers", "security", "webhooks"):
            if root.get(key).value:
                self._tell(rules.NOT_IMPORTED, key, what=key)

    def _tell(self, rule: Any, where: str, **values: object) -> None:
        self._unsaid.append(rule.broken(where, **values))
