"""Reads one Python file into facts: from its syntax tree where it parses, line by line where it does not. Runs none of it."""

import ast
import re
import sys
import tokenize
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

from . import scan
from .facts import ModuleFacts
from .syntax import Reader

T = TypeVar("T")

# Python reads no source in an encoding that gives these another meaning, such as utf-16 or unicode_escape.
_PLAIN = bytes(range(32, 127)) + rb"\x41\u0041+AEE-"
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_BEFORE, _LISTS_CLASSES = (3, 13), (3, 14)
_CONFLICT = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)


def parse(content: bytes) -> ModuleFacts:
    """Facts of one file. No content makes it raise."""
    if b"\0" in content:
        return ModuleFacts(lines=0, problem="binary content")
    text = decode(content)
    lines = count_lines(text)
    try:
        tree = _quietly(lambda: _tree(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as failed:
        return scan.scan(text, lines, _problem(content, failed))
    try:
        return Reader().read(tree, lines)
    except RecursionError:
        return scan.scan(text, lines, "nested too deeply")


def _tree(text: str) -> ast.Module:
    if sys.version_info < _LISTS_CLASSES:
        return ast.parse(text)
    try:
        return ast.parse(text, feature_version=_BEFORE)
    except SyntaxError:
        # This Python takes `except ValueError, e:` for a list of classes.
        if scan.is_python_2(text):
            raise
        return ast.parse(text)


def _quietly(work: Callable[[], T]) -> T:
    # The compiler and codecs warn about invalid escapes and `is` with literals in old code; that does not help the user.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work()


def decode(content: bytes) -> str:
    """Text of a source file, in its declared encoding, else in UTF-8, else in Latin-1, which never fails."""
    try:
        text = _quietly(lambda: _in_declared_encoding(content))
    except (SyntaxError, ValueError, LookupError):
        text = content.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _in_declared_encoding(content: bytes) -> str:
    encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
    if _PLAIN.decode(encoding) != _PLAIN.decode("ascii"):
        raise LookupError(encoding)
    return content.decode(encoding)


def count_lines(text: str) -> int:
    """Number of lines that are neither blank nor only a comment."""
    return sum(1 for line in text.splitlines() if (stripped := line.strip()) and not stripped.startswith("#"))


def _problem(content: bytes, failed: Exception) -> str:
    if _CONFLICT.search(content):
        return "merge-conflict markers"
    if isinstance(failed, SyntaxError):
        # The file may be of a newer Python than this one, or of Python 2.
        return f"syntax error in line {failed.lineno or 1}, as Python {_PYTHON} reads it"
    return "nested too deeply" if isinstance(failed, RecursionError | MemoryError) else "not readable as Python"
