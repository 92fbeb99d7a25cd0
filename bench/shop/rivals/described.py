"""What the hand-wired services read from a contract: each operation's request, answer, deadline and errors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from plures import ContractError
from plures.contract import OperationDescription, read_contract
from plures.runtime import calling


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        request: A frozen struct with a field for each parameter, in their order.
        answer: The annotated type of the answer, or of one item if the operation streams.
        errors: The declared errors by name.
    """

    service: str
    name: str
    request: type
    fields: tuple[str, ...]
    answer: Any
    streams: bool
    deadline_s: float
    errors: dict[str, type[ContractError]]
    description: OperationDescription

    def called_by(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which tells sagas that it calls this operation, as those of our own clients do."""
        return calling(self.description, call)

    @property
    def full_name(self) -> str:
        """The name in errors: ``<contract>/<operation>``."""
        return f"{self.service}/{self.name}"

    def arguments(self, request: Any) -> tuple[Any, ...]:
        """The positional arguments of a call with this request."""
        return tuple(getattr(request, field) for field in self.fields)


@cache
def operations_of(contract: type) -> tuple[Operation, ...]:
    """All operations of a contract class."""
    description, violations = read_contract(contract)
    assert not violations, violations
    requests: dict[str, Any] = {
        name: operation.request.message.python for name, operation in description.operations.items()
    }
    return tuple(
        Operation(
            service=description.service,
            name=name,
            request=requests[name],
            fields=requests[name].__struct_fields__,
            answer=_answer(getattr(contract, name), streams=operation.streams),
            streams=operation.streams,
            deadline_s=operation.declaration.deadline_s,
            errors={error.__name__: error for error in operation.declaration.errors},
            description=operation,
        )
        for name, operation in description.operations.items()
    )


def _answer(method: Any, *, streams: bool) -> Any:
    answer = get_type_hints(method, include_extras=True)["return"]
    return get_args(answer)[0] if streams and get_origin(answer) else answer


def error_body(error: ContractError) -> bytes:
    """A declared error as JSON."""
    return msgspec.json.encode({"error": type(error).__name__, "fields": error.fields})


def declared_error(operation: Operation, body: bytes) -> ContractError:
    """The declared error that ``error_body`` wrote."""
    written = msgspec.json.decode(body)
    kind = operation.errors[written["error"]]
    hints = get_type_hints(kind, include_extras=True)
    return kind(**{name: msgspec.convert(value, hints[name]) for name, value in written["fields"].items()})
