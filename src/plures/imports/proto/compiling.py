"""A `.proto` file and all that it imports, as protoc understands it: its own compiler, from the wheel of grpcio-tools.

It runs as a process of its own, since what it finds wrong it prints.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from plures.errors import InvalidInput, PluresError, Text, Violation
from plures.extras import require
from plures.imports import rules

_PACKAGE: Final = re.compile(r"(?:^|;)\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_PLACED: Final = re.compile(r"(?P<file>[^:\n]+\.proto):(?:(?P<line>\d+):(?P<column>\d+):)? (?P<what>.+)")
_FOLLOWS: Final = re.compile(r"is not defined|unknown\. Ensure that|was not found or had errors|unused")
_MOST_S: Final = 60


@dataclass(eq=False)
class ProtoUnread(PluresError):
    """A `.proto` file cannot be read."""

    code = "import.unread"
    wording = Text("Cannot read {file}", why="{reason}", fix="{fix_text}")

    file: str
    reason: str
    fix_text: str


def compiled(path: Path, roots: Sequence[Path] = ()) -> tuple[bytes, str]:
    """The descriptors of a file and of its imports, and its name among them.

    Args:
        roots: Folders that imports start from, besides that of the file.

    Raises:
        PluresError: protoc is not installed, or the file cannot be read.
        InvalidInput: What protoc finds wrong, with the line of each.
    """
    require("proto", "read a .proto file")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
        raise ProtoUnread(str(path), reason, "Name a .proto file that you may read.") from None
    root = _root(path.resolve(), text)
    name = path.resolve().relative_to(root).as_posix()
    folders = [root, *(each.resolve() for each in roots), *_of_packages()]
    with TemporaryDirectory(prefix="plures-proto-") as folder:
        written = Path(folder, "descriptors")
        arguments = ["--include_imports", "--include_source_info", f"--descriptor_set_out={written}"]
        command = [sys.executable, "-m", "grpc_tools.protoc", *(f"-I{each}" for each in folders), *arguments, name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_MOST_S)  # noqa: S603
        except subprocess.TimeoutExpired:
            reason = f"protoc took more than {_MOST_S} s"
            raise ProtoUnread(str(path), reason, "Import a file with fewer imports.") from None
        if done.returncode:
            violations = list(_violations(done.stderr, path, name))
            raise InvalidInput(str(path), violations)
        return written.read_bytes(), name


def _root(path: Path, text: str) -> Path:
    """The folder that imports start from: above the folders that the package names, where the file lies in these."""
    said = _PACKAGE.search(text)
    parts = said[1].split(".") if said else []
    return path.parents[len(parts)] if path.parent.parts[-len(parts) or 1 :] == tuple(parts) else path.parent


def _of_packages() -> Iterator[Path]:
    """Where the files of Google lie that nearly every other one imports."""
    tools, common = find_spec("grpc_tools"), find_spec("google.api")
    if tools is not None and tools.origin:
        yield Path(tools.origin).parent / "_proto"
    for each in (common.submodule_search_locations or ()) if common is not None else ():
        yield Path(each).parents[1]


def _violations(printed: str, path: Path, name: str) -> Iterator[Violation]:
    found = [each for line in printed.splitlines() if (each := _PLACED.match(line)) and "warning:" not in each["what"]]
    missing = [each["file"] for each in found if not each["line"] and "File not found" in each["what"]]
    for file in missing:
        yield rules.NO_SUCH_IMPORT.broken(str(path), name=file)
    for each in found:
        # What an import would define is not defined without it.
        if each["line"] and not (missing and (_FOLLOWS.search(each["what"]))):
            where = str(path) if each["file"] == name else each["file"]
            where += f", line {each['line']}, column {each['column']}"
            yield rules.SYNTAX.broken(where, problem=each["what"].strip().rstrip("."))
    if not found:
        yield rules.SYNTAX.broken(str(path), problem=" ".join(printed.split()) or "protoc does not say why it fails")
