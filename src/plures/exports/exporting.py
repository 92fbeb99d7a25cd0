"""One contract → the files of one format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from plures.compat import Contract

from .plain import json_path, json_text
from .proto import proto_path, proto_text


@dataclass(frozen=True)
class Exported:
    """A file: its place in the folder of all of them, and what it says; the same for the same contract."""

    path: str
    text: str


_WRITERS: Final[Mapping[str, Callable[[Contract], Exported]]] = {
    "json": lambda contract: Exported(json_path(contract), json_text(contract)),
    "proto": lambda contract: Exported(proto_path(contract), proto_text(contract)),
}
FORMATS: Final = tuple(_WRITERS)
"""What contracts can be exported to."""


def export(contract: Contract, form: str) -> Exported:
    """Write a contract in a format.

    Raises:
        InvalidInput: It cannot be said there, with all reasons.
    """
    return _WRITERS[form](contract)
