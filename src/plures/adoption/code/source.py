"""One Python file: its text as it is, its syntax tree, and where in the text a node stands. Keeps encoding and line ends."""

import ast
import re
import tokenize
import warnings
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Final

# Python ends a line at these alone; `str.splitlines` would also end one at a form feed.
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_UNREADABLE: Final = (SyntaxError, ValueError, LookupError, RecursionError, MemoryError)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Unread:
    """A file that is no Python which this interpreter understands."""

    path: str
    reason: str


@dataclass(frozen=True, eq=False)
class Source:
    """A file that was parsed.

    Attributes:
        path: From the folder that was asked for, with forward slashes.
        module: Its dotted name.
        is_package: It is an `__init__.py`.
        text: With the line ends that it has.
    """

    path: str
    module: str
    is_package: bool
    text: str
    encoding: str
    tree: ast.Module

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Node → the node around it."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def lines(self) -> list[str]:
        """With their ends."""
        return _LINE.findall(self.text)

    @cached_property
    def newline(self) -> str:
        """How its lines end."""
        return next((end for end in ("\r\n", "\n", "\r") if self.lines and self.lines[0].endswith(end)), "\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where in the text a node begins and ends."""
        return self._span(node)

    def span_of_alias(self, alias: ast.alias) -> tuple[int, int]:
        """Where in the text a name of an import begins and ends."""
        return self._span(alias)

    def _span(self, node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int]:
        end = self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self._offset(node.lineno, node.col_offset), end

    def line_start(self, line: int) -> int:
        """Where in the text a line begins; the end of the text behind the last one."""
        return self._starts[min(line - 1, len(self.lines))]

    def snippet(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def _offset(self, line: int, column: int) -> int:
        # Python counts columns in bytes of UTF-8, whatever the encoding of the file is.
        before = self.lines[line - 1].encode()[:column] if line <= len(self.lines) else b""
        return self.line_start(line) + len(before.decode())

    def around(self, node: ast.AST) -> "list[ast.AST]":
        """What is around a node, innermost first."""
        found: list[ast.AST] = []
        while (above := self.parents.get(node)) is not None:
            found.append(above)
            node = above
        return found

    def functions_around(self, node: ast.AST) -> list[Function | ast.Lambda]:
        """The functions whose body it is in, innermost first. What stands in a decorator or a default runs outside of its function."""
        found: list[Function | ast.Lambda] = []
        below = node
        for above in self.around(node):
            body = above.body if isinstance(above, Function | ast.Lambda) else []
            if isinstance(above, Function | ast.Lambda) and (
                below is body or (isinstance(body, list) and below in body)
            ):
                found.append(above)
            below = above
        return found


def read_source(path: str, module: str, content: bytes) -> Source | Unread:
    """Parse a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
            text = content.decode(encoding)
            if text.encode(encoding) != content:
                return Unread(path, f"it does not come back as it was from {encoding}")
            return Source(path, module, path.endswith("__init__.py"), text, encoding, ast.parse(content))
    except _UNREADABLE as failed:
        line = f" in line {failed.lineno}" if isinstance(failed, SyntaxError) and failed.lineno else ""
        return Unread(path, f"{failed.msg if isinstance(failed, SyntaxError) else failed}{line}")
