"""An OpenAPI document: its parts, and what a `$ref` leads to, in this file or in one beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from plures.errors import Violation

from . import errors
from .errors import DocumentUnread
from .loading import load_document, load_table
from .values import Table, list_of, table_of

_MOST_STEPS: Final = 100


@dataclass(frozen=True, eq=False)
class Node:
    """A part of a document.

    Attributes:
        value: As it was read.
        file: Where it stands: what a `$ref` in it starts from.
        name: What people call it: the last part of the `$ref` that led to it; empty where none did.
    """

    value: Any
    file: Path
    name: str = ""

    def within(self, value: Any) -> "Node":
        """A part of it."""
        return value if isinstance(value, Node) else Node(value, self.file)

    def get(self, key: str) -> "Node":
        """The part of that name; one without a value where there is none."""
        return self.within(table_of(self.value).get(key))


class Document:
    """A document and the files that it refers to. What is wrong is noted, so that all of it is told at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = Node(load_document(path), path)
        self.wrong: dict[tuple[str, str], Violation] = {}
        self._files: dict[Path, Table] = {path.resolve(): self.root.value}
        self._targets: dict[tuple[Path, str], Node] = {}

    @property
    def takes_siblings(self) -> bool:
        """Whether what stands beside a `$ref` counts: from 3.1 on."""
        return not str(self.root.value.get("openapi")).startswith("3.0")

    def follow(self, node: Node) -> Node:
        """What a node stands for: itself, or what its `$ref` leads to in the end."""
        ref: Any = None
        for _ in range(_MOST_STEPS):
            ref = table_of(node.value).get("$ref")
            if not isinstance(ref, str):
                return node
            node = self.target(ref, node.file)
        self.note(errors.CIRCLE.broken(self._shown(node.file), names=repr(ref)))
        return Node({}, node.file)

    def target(self, ref: str, file: Path) -> Node:
        """What a `$ref` in a file leads to, which may be another one."""
        known = self._targets.get((file, ref))
        if known is None:
            known = self._targets[file, ref] = self._find(ref, file)
        return known

    def note(self, violation: Violation) -> None:
        """Keep what is wrong."""
        self.wrong.setdefault((violation.where, violation.what), violation)

    def _find(self, ref: str, file: Path) -> Node:
        address, _, pointer = ref.partition("#")
        where, nothing = self._shown(file), Node({}, file)
        if "://" in address or address.startswith("//"):
            self.note(errors.REMOTE_TARGET.broken(where, ref=ref))
            return nothing
        target = (file.parent / unquote(address)) if address else file
        try:
            value: Any = self._table(target)
        except DocumentUnread as error:
            self.note(errors.UNREAD_TARGET.broken(where, ref=ref, problem=error.why))
            return nothing
        parts = [unquote(part).replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        if pointer and not pointer.startswith("/"):
            value = None
        for part in parts:
            listed = list_of(value)
            if listed and part.isdecimal() and int(part) < len(listed):
                value = listed[int(part)]
            else:
                value = table_of(value).get(part)
        if value is None:
            self.note(errors.NO_SUCH_TARGET.broken(where, ref=ref))
            return nothing
        return Node(value, target, parts[-1] if parts else target.stem)

    def _table(self, path: Path) -> Table:
        key = path.resolve()
        if key not in self._files:
            self._files[key] = load_table(path)
        return self._files[key]

    def _shown(self, file: Path) -> str:
        return str(file)
