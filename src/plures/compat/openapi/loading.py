"""A file of JSON or YAML → its values."""

import json
from pathlib import Path
from typing import Any, Final, cast

from .errors import DocumentUnread
from .values import Table
from .yaml import NoYaml, Unreadable, read_yaml

_MOST_BYTES: Final = 200_000_000


def load_document(path: Path) -> Table:
    """The OpenAPI document in a file. Raises DocumentUnread."""
    document = load_table(path)
    if "swagger" in document:
        said = f"it is Swagger {document['swagger']}, which came before OpenAPI"
        raise DocumentUnread(str(path), said, "Convert it to OpenAPI 3 first; converters are many.")
    version = document.get("openapi")
    if version is None:
        raise DocumentUnread(str(path), "it has no field openapi, so it is no OpenAPI document", "Name another file.")
    if not str(version).startswith("3."):
        raise DocumentUnread(str(path), f"it is OpenAPI {version}", "Name a document of OpenAPI 3.")
    return document


def load_table(path: Path) -> Table:
    """What a file holds, whatever that is. Raises DocumentUnread."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            reason = f"it has more than {_MOST_BYTES // 1_000_000} MB"
            raise DocumentUnread(str(path), reason, "Split it, or name another file.")
        read = path.read_bytes()
    except OSError as error:
        raise DocumentUnread(str(path), error.strerror or str(error), "Name a file that you may read.") from None
    try:
        value = _parsed(_text(read))
    except NoYaml:
        fix = "Run pip install pyyaml, or convert the file to JSON."
        raise DocumentUnread(str(path), "it is YAML, and PyYAML is not installed", fix) from None
    except Unreadable as error:
        raise DocumentUnread(str(path), str(error), "Correct the file.") from None
    except RecursionError:
        raise DocumentUnread(str(path), "its values are nested too deeply", "Correct the file.") from None
    if not isinstance(value, dict):
        reason = "it is empty" if value is None else "it is no table of names and values"
        raise DocumentUnread(str(path), reason, "Name another file.")
    return cast("Table", value)


def _text(read: bytes) -> str:
    """The text, by the mark at its beginning or by the zeros of wide characters, as JSON readers find it."""
    encoding = json.detect_encoding(read)
    if encoding == "utf-8" and read[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        return read.decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is no {'UTF-8' if encoding.startswith('utf-8') else encoding}"
        raise Unreadable(f"{reason}; is it saved in another encoding?") from None


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return read_yaml(text)
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        try:
            # YAML may begin with a brace too.
            return read_yaml(text)
        except (NoYaml, Unreadable):
            raise Unreadable(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError as error:
        raise Unreadable(str(error)) from None


def _once(pairs: list[tuple[str, Any]]) -> Table:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"{twice!r} stands twice in one table")
    return table
