"""What a caller may call, as plures.toml writes it."""

from typing import Final, NamedTuple

EVERYTHING: Final = "*"


class Right(NamedTuple):
    """`search`, `search/Find`, `search.v1` or `search.v1/Find`.

    Attributes:
        version: Of the contract; empty for all of them.
        operation: As the wire calls it; empty for all of them.
    """

    capability: str
    version: str
    operation: str

    def is_for(self, path: str) -> bool:
        """Whether it lets its owner ask for `/<package>.<Contract>/<Operation>` of this capability."""
        service, _, operation = path.removeprefix("/").rpartition("/")
        version = service.split(".")[-2]
        return self.version in ("", version) and self.operation in ("", operation)


def read_right(text: str) -> Right:
    """The parts of a right."""
    contract, _, operation = text.partition("/")
    capability, _, version = contract.partition(".")
    return Right(capability, version, operation)
