"""What a service cannot have that uses its database by an engine of SQLAlchemy: rows of the platform in the same transaction."""

from collections.abc import Sequence

from plures.contract import ContractDescription
from plures.errors import Violation

from . import rules
from .subscriptions import Handler


def engine_problems(
    contract: ContractDescription, handlers: Sequence[Handler], where: str, *, has_database: bool
) -> list[Violation]:
    """All of them, for a service that asks for an engine."""
    violations = [rules.DATABASE_AND_ENGINE.broken(where)] if has_database else []
    keyed = [name for name, operation in contract.operations.items() if operation.declaration.key]
    if keyed:
        violations.append(rules.ENGINE_REMEMBERS.broken(where, asks=f"has commands with a key ({', '.join(keyed)})"))
    if handlers:
        named = ", ".join(handler.method for handler in handlers)
        violations.append(rules.ENGINE_REMEMBERS.broken(where, asks=f"handles events ({named})"))
    return violations
