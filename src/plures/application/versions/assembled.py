"""One version of a contract, as its capability serves it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plures.application.dependencies import Dependency
from plures.contract import ContractDescription


@dataclass(frozen=True)
class AssembledVersion:
    """One version of a contract, and what implements it; None where that runs elsewhere."""

    contract: ContractDescription
    implementation: Callable[..., Any] | None
    dependencies: tuple[Dependency, ...]
