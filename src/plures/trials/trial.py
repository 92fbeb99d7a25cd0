"""`Trial`: what a test of a contract must know that the contract does not say."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from plures.contract import is_contract, read_contract
from plures.errors import Rule, Violation

# It is younger than many a lock of an application, and only type checkers need it.
if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_NO_CONTRACT: Final = Rule(
    "testing.trial_of_no_contract", "{contract} is no contract", "Give it a class with @contract."
)
_NO_OPERATION: Final = Rule(
    "testing.trial_of_no_operation", "the contract has no operation {name!r}", "Name one that it has: {known}."
)
Values: TypeAlias = Mapping[str, Any]


class Clients(Protocol):
    """Gives clients of what is tested."""

    def client(self, contract: "TypeForm[T]") -> T:
        """A client of a contract."""
        ...


@dataclass(frozen=True)
class Trial:
    """What tests of a contract must know that it does not say.

    Attributes:
        contract: The class.
        values: Parameter or field (`product_id`, or `Item.product_id`, or `find.text`) → some values that it may have, or a strategy of Hypothesis. Three
            requests in four have one of them.
        prepare: Called once before the tests, with what gives clients: it makes what requests need, and returns more `values`, such as the ids of what it made.
        never: Operations that no test calls, since they move money or send mail.
        varying: Queries that answer otherwise when they are asked again, as a random choice does.
        repeated: Idempotent command → the declared error that may tell that it has run already.
        states: What recorded expectations presuppose, by name: a function with the same argument as `prepare` and the parameters of the state. It may
            return recorded value → the one that stands for it here: `{"sofa": "desk-1"}`.
        on_behalf: The request context of all calls, where the application has one and runs in this process or beside it.
    """

    contract: Any
    values: Values = field(default_factory=dict[str, Any])
    prepare: Callable[[Any], Awaitable[Values | None]] | None = None
    never: Collection[str] = ()
    varying: Collection[str] = ()
    repeated: Mapping[str, type[Exception] | Sequence[type[Exception]]] = field(default_factory=dict[str, Any])
    states: Mapping[str, Callable[..., Awaitable[Mapping[str, str] | None]]] = field(default_factory=dict[str, Any])
    on_behalf: Any = None

    def problems(self) -> list[Violation]:
        """What it names that its contract does not have."""
        if not is_contract(self.contract):
            return [_NO_CONTRACT.broken("Trial", contract=repr(self.contract))]
        description, violations = read_contract(self.contract)
        named = {*self.never, *self.varying, *self.repeated}
        unknown = sorted(named - description.operations.keys())
        known = ", ".join(description.operations)
        return [
            *violations,
            *(_NO_OPERATION.broken(f"Trial({description.name})", name=name, known=known) for name in unknown),
        ]
