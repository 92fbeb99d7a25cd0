"""A `.proto` file → a contract with its numbers."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from plures.compat import Contract, Operation
from plures.contract import DEFAULT_DEADLINE_S, DEFAULT_MESSAGE_BYTES, Stability, is_contract_name, pascal
from plures.errors import InvalidInput, Violation
from plures.exports import OURS, Notes, version_in
from plures.imports import rules
from plures.imports.found import Read, Wanted
from plures.imports.names import method_name

from .compiling import compiled
from .files import ProtoFile, ProtoMethod, ProtoService, read_files
from .messages import Messages

_NOT_READ = "What it says stays with the peer; calls of a contract go to /{package}.{service}/."


def read_proto(path: Path, wanted: Wanted, roots: Sequence[Path] = ()) -> Read:
    """The contract that a service of a file is.

    Raises:
        PluresError: protoc is not installed, or the file cannot be read.
        InvalidInput: What is wrong with the file, or keeps a contract from being made of it.
    """
    file = read_files(*compiled(path, roots))
    service = _chosen(file, path, wanted)
    name = _name(file, path, wanted)
    return _Reading(file, str(path), service, name, wanted).read()


def _chosen(file: ProtoFile, path: Path, wanted: Wanted) -> ProtoService:
    services = {each.name: each for each in file.services}
    if not services:
        raise InvalidInput(str(path), [rules.NO_SERVICE.broken(str(path), what="service")])
    name = wanted.service.rpartition(".")[2] or (next(iter(services)) if len(services) == 1 else "")
    if name not in services:
        names = ", ".join(services)
        raise InvalidInput(str(path), [rules.SEVERAL_SERVICES.broken(str(path), count=len(services), names=names)])
    return services[name]


def _name(file: ProtoFile, path: Path, wanted: Wanted) -> str:
    name = wanted.name or file.package
    if not is_contract_name(name):
        consequence = "Calls go to the address of that name then, and no longer to that of this file."
        given = rules.NO_VERSION.broken(
            str(path), subject="--name" if wanted.name else "its package", name=name, consequence=consequence
        )
        raise InvalidInput(str(path), [given])
    return name


class _Reading:
    def __init__(self, file: ProtoFile, where: str, service: ProtoService, name: str, wanted: Wanted) -> None:
        self._file, self._where, self._service = file, where, service
        self._name, self._wanted = name, wanted
        self._ours = OURS in file.head
        self._unsaid: list[Violation] = []
        self._messages = Messages(file, self._unsaid, ours=self._ours)

    def read(self) -> Read:
        methods = {each.name: each for each in self._service.methods if self._can_be_called(each)}
        if not methods:
            nothing = rules.NOTHING_LEFT.broken(self._service.name)
            raise InvalidInput(self._where, [*self._unsaid, nothing])
        self._messages.reserve(methods.values())
        operations = {name: each for m in methods.values() for name, each in self._operation(m)}
        notes = Notes(self._service.doc) if self._ours else None
        owner, stability = notes.owner if notes is not None else ("", "")
        if self._service.deprecated and not self._ours:
            self._unsaid.append(rules.DEPRECATED.broken(self._service.name))
        self._options(self._service.name, self._service.options)
        errors = self._messages.errors
        contract = Contract(
            name=self._name,
            service=f"{self._name}.{self._service.name}",
            owner=self._wanted.owner or owner or self._name.partition(".")[0],
            operations=operations,
            messages=self._messages.records,
            enums=self._messages.enums,
            errors=errors,
            events=self._messages.events(),
            version=version_in(self._file.head) if self._ours else "1.0.0",
            stability=Stability(stability or "stable"),
            sunset=date.fromisoformat(notes.sunset) if notes is not None and notes.sunset else None,
            unions=self._messages.unions,
            doc=notes.doc if notes is not None else self._service.doc,
        )
        return Read(contract, tuple(dict.fromkeys(self._unsaid)), has_numbers=True)

    def _can_be_called(self, method: ProtoMethod) -> bool:
        where = f"{self._service.name}.{method.name}"
        if method.client_streams:
            self._unsaid.append(rules.CLIENT_STREAM.broken(where))
        elif not method_name(method.name):
            name = method.name[:1].upper() + method.name[1:]
            self._unsaid.append(rules.OPERATION_NAME.broken(where, python=method.name.lower(), wire=name))
        elif (problem := self._messages.no_place_for(method)) is not None:
            self._unsaid.append(rules.ANSWER.broken(where, type=problem, instead="Let the peer declare a message."))
        else:
            return True
        return False

    def _operation(self, method: ProtoMethod) -> Iterator[tuple[str, Operation]]:
        where = f"{self._service.name}.{method.name}"
        self._options(where, method.options)
        notes = Notes(method.doc) if self._ours else None
        doc = notes.doc if notes is not None else method.doc
        if method.deprecated:
            self._unsaid.append(rules.DEPRECATED.broken(where))
            doc = f"Deprecated. {doc}".strip()
        deadline = notes.deadline_s if notes is not None else None
        limits = notes.limits if notes is not None else {}
        cache_s, cache = notes.cache if notes is not None else (0, "private")
        is_query = method.idempotency == "NO_SIDE_EFFECTS"
        name = pascal(method_name(method.name))
        request, answer = self._messages.request(method), self._messages.answer(method)
        errors = tuple(self._messages.error(*each) for each in notes.errors) if notes is not None else ()
        yield (
            name,
            Operation(
                kind="query" if is_query else "command",
                idempotent=is_query or method.idempotency == "IDEMPOTENT",
                streams=method.server_streams,
                deadline_s=deadline or DEFAULT_DEADLINE_S,
                request=request,
                answer=answer,
                errors=errors,
                cache_s=cache_s if is_query and not method.server_streams else 0,
                cache=cache,
                doc=doc,
                max_request_bytes=limits.get("max_request_bytes", DEFAULT_MESSAGE_BYTES),
                max_response_bytes=limits.get("max_response_bytes", DEFAULT_MESSAGE_BYTES),
            ),
        )

    def _options(self, where: str, options: Sequence[str]) -> None:
        instead = _NOT_READ.format(package=self._file.package, service=self._service.name)
        for each in options:
            self._unsaid.append(rules.OPTION.broken(where, name=each, instead=instead))
