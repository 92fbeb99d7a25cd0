"""What an import comes to: the contract, and what it does not say of its source."""

from dataclasses import dataclass

from plures.compat import Contract
from plures.errors import Violation


@dataclass(frozen=True)
class Read:
    """A source of others as a contract.

    Attributes:
        contract: With the numbers of its source, where that has some.
        unsaid: What the source says and the contract does not, each with its place there.
        has_numbers: Whether the numbers of its fields are those of the peer.
    """

    contract: Contract
    unsaid: tuple[Violation, ...]
    has_numbers: bool


@dataclass(frozen=True)
class Wanted:
    """What the one who imports says.

    Attributes:
        name: Of the contract; empty for that of the source.
        owner: Its team; empty for what the source says.
        service: Which one of several; empty for the only one.
    """

    name: str = ""
    owner: str = ""
    service: str = ""
