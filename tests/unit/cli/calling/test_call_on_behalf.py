"""`plures call --as`: what is sent of it, and who cannot act for users."""

import pytest

from plures import Message
from plures.cli.finding import Callee, NoContextKey
from plures.cli.listing import BadArgument
from plures.contract import read_message
from plures.runtime import ContextKind, Seal, new_key


class Shopper(Message):
    user: str


CODEC, _ = read_message(Shopper, "a test")
assert CODEC is not None
KEY = new_key()


def callee(key: str = KEY) -> Callee:
    operation = {"name": "a.v1.A/Ask", "deadline_s": 1}
    return Callee("shop", operation, ("http://127.0.0.1:8001",), context_key=key)  # type: ignore[arg-type]


def test_the_run_believes_what_a_tool_with_its_key_says() -> None:
    sent = callee().on_behalf('{"user": "anna"}').context_of("r1", 1.0)
    found = Seal(ContextKind(Shopper, CODEC), (KEY,)).open(sent.encode(), "r1")  # type: ignore[arg-type]
    assert found is not None
    assert found.message == Shopper("anna")
    assert callee().context_of("r1", 1.0) == ""


@pytest.mark.parametrize("text", ["", "anna", "[]", "5", '{"user":'])
def test_it_is_a_json_object(text: str) -> None:
    with pytest.raises(BadArgument, match="no JSON object"):
        callee().on_behalf(text)


def test_without_the_file_of_the_run_it_is_refused() -> None:
    with pytest.raises(NoContextKey, match="Leave --at out"):
        callee("").on_behalf('{"user":"anna"}')


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(callee())
