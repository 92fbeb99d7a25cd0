"""`plures call --header`: headers that the operation declares, and no others."""

import pytest

from plures.cli.finding import Callee
from plures.cli.listing import BadArgument

DECLARED = {"locale": {"type": "string"}, "trace-bin": {"type": "string"}}


def callee(declared: object) -> Callee:
    operation = {"name": "a.v1.A/Ask", "request_headers": declared}
    return Callee("shop", operation, ("http://127.0.0.1:8001",))


def test_headers_by_name_and_text() -> None:
    texts = ["Locale=de=at", "locale=fr", "trace-bin=AAE"]
    assert callee(DECLARED).with_headers(texts).headers == (("locale", "de=at"), ("locale", "fr"), ("trace-bin", "AAE"))
    assert callee({"*": {}}).with_headers(["x-any=1"]).headers == (("x-any", "1"),)


@pytest.mark.parametrize(
    ("declared", "text", "problem"),
    [
        (DECLARED, "locale", "does not fit"),
        (DECLARED, "language=de", "does not fit"),
        (None, "locale=de", "does not fit"),
        (DECLARED, "locale=é", "visible ASCII"),
        (DECLARED, "locale=a\nb: c", "visible ASCII"),
        (DECLARED, "trace-bin=?", "not base64"),
        ({"*": {}}, "host=x", "belongs to HTTP"),
    ],
)
def test_what_the_operation_does_not_take(declared: object, text: str, problem: str) -> None:
    with pytest.raises(BadArgument, match=problem):
        callee(declared).with_headers([text])
