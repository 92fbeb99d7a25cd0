"""One version of a contract, as its capability serves it."""

from collections.abc import Callable
from typing import Any

import msgspec

from plures.application.dependencies import Dependency
from plures.contract import ContractDescription


class AssembledVersion(msgspec.Struct, frozen=True):
    """One version of a contract, and what implements it; None where that runs elsewhere."""

    contract: ContractDescription
    implementation: Callable[..., Any] | None
    dependencies: tuple[Dependency, ...]
