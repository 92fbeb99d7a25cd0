"""A file of others → the module of a contract, and its lock file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plures.compat import Contract, lock_text
from plures.errors import Violation

from .found import Read, Wanted
from .openapi import read_openapi
from .proto import read_proto
from .python import module_text


@dataclass(frozen=True)
class Imported:
    """A contract of others.

    Attributes:
        module: The source of its module.
        lock: The text of its lock file; empty where its source has no numbers.
        unsaid: What the source says and the contract does not.
    """

    contract: Contract
    module: str
    lock: str
    unsaid: tuple[Violation, ...]


def import_file(path: Path, wanted: Wanted, roots: Sequence[Path] = ()) -> Imported:
    """Read a `.proto` file, or an OpenAPI document, which any other file is.

    Args:
        roots: Folders that imports of a `.proto` file start from, besides its own.

    Raises:
        PluresError: It cannot be read, or no contract can be made of it.
    """
    is_proto = path.suffix == ".proto"
    read: Read = read_proto(path, wanted, roots) if is_proto else read_openapi(path, wanted)
    said = f"{read.contract.name}, as {path.name} declares it."
    lock = lock_text(read.contract) if read.has_numbers else ""
    return Imported(read.contract, module_text(read.contract, said), lock, read.unsaid)
