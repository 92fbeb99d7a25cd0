"""Names of documents in the words of Python. No call of ours goes to the peer of a document, so what cannot be spelled has another name."""

import keyword
import re
from http import HTTPStatus
from typing import Final

from plures.contract import is_spellable
from plures.imports.names import class_name

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_RESERVED: Final = frozenset(("self", "cls"))
_STATUS: Final = {
    400: "invalid_argument",
    401: "unauthenticated",
    403: "permission_denied",
    404: "not_found",
    408: "deadline_exceeded",
    409: "already_exists",
    413: "out_of_range",
    422: "invalid_argument",
    429: "resource_exhausted",
}


def python_name(text: str) -> str:
    """`X-Request-ID`, `pet[name]`, `from` → `x_request_id`, `pet_name`, `from_value`."""
    words = [each.lower() for each in _WORD.findall(text)]
    name = ""
    for word in words:
        # A digit after an underscore does not come back from camel case.
        name += word if not name or word[0].isdigit() else f"_{word}"
    name = name or "value"
    if name[0].isdigit():
        name = f"n{name}"
    if keyword.iskeyword(name) or name in _RESERVED or not is_spellable(name):
        name = f"{name.strip('_')}_value"
    return name


def error_name(status: int) -> tuple[str, str]:
    """The name of the error that a status of HTTP is, and the status of calls that it becomes."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = f"Refused {status}"
    return class_name(*re.split(r"\W+", phrase)), _STATUS.get(status, "failed_precondition")


def contract_name(title: str, version: str) -> str:
    """`Swagger Petstore`, `1.0.7` → `swagger.petstore.v1`."""
    words = [each.lower() for each in re.findall(r"[A-Za-z][A-Za-z0-9]*", title)] or ["api"]
    major = re.match(r"v?(\d+)", version)
    number = max(int(major[1]), 1) if major and len(major[1]) < 4 else 1  # noqa: PLR2004 - a year is no major version
    first, *rest = words
    return f"{first}.{'_'.join(rest) or first}.v{number}"
