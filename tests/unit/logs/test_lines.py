"""A record as text for people and as JSON for programs, whatever is in it."""

import json
import logging
import re
import sys
from datetime import datetime
from typing import Any

import pytest

from plures.logs import JsonLine, TextLine


def record(message: object = "hello", *args: object, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("shop", logging.WARNING, "shop.py", 7, message, args, None)
    vars(made).update({"request_id": None, "capability": None, **more})
    return made


def error_info(error: Exception) -> dict[str, Any]:
    try:
        raise error
    except Exception:  # noqa: BLE001 - any may be logged
        return {"exc_info": sys.exc_info()}


def parsed(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLine("search.1").format(made)
    assert "\n" not in line
    assert line.isascii()
    return json.loads(line, parse_constant=pytest.fail)


class Sly:
    def __str__(self) -> str:
        raise RuntimeError


def test_a_line_of_text_has_all_that_is_known() -> None:
    line = TextLine("main").format(record("%d left", 3, request_id="r-1"))
    time, rest = line.split(" ", 1)
    assert rest == "WARNING main shop [r-1]: 3 left"
    assert datetime.fromisoformat(time).utcoffset() is not None


def test_what_is_not_known_is_left_out() -> None:
    assert TextLine().format(record()).split(" ", 1)[1] == "WARNING shop: hello"
    assert set(parsed(record())) == {"time", "level", "logger", "message", "process"}


def test_an_object_has_all_that_is_known() -> None:
    data = parsed(record("%s!", "hi", request_id="r-1", capability="search", order=5))
    assert datetime.fromisoformat(data.pop("time")).utcoffset() is not None
    assert data == {
        "level": "warning",
        "logger": "shop",
        "message": "hi!",
        "process": "search.1",
        "capability": "search",
        "request_id": "r-1",
        "extra": {"order": 5},
    }


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a\nERROR forged", "a\n    ERROR forged"),
        ("a\r\nb", "a\n    b"),
        ("\x1b[31mred\x07\x00", r"\x1b[31mred\x07\x00"),
        ("back\rover", r"back\rover"),
        ("line\u2028two", r"line\u2028two"),
        ("tab\tstays", "tab\tstays"),
        ("ends\n", "ends"),
    ],
)
def test_no_message_looks_like_another_line(said: str, shown: str) -> None:
    assert TextLine().format(record(said)).endswith(f"shop: {shown}")


def test_colours_are_for_terminals() -> None:
    assert "\x1b[33mWARNING\x1b[0m" in TextLine(coloured=True).format(record())
    assert "\x1b" not in TextLine().format(record())


@pytest.mark.parametrize("line", [TextLine(), JsonLine()])
@pytest.mark.parametrize(("message", "args"), [("%d pieces", ("x",)), ("%s %s", (1,)), ("%s", (Sly(),)), ("%", (1,))])
def test_a_log_call_that_does_not_fit_is_still_a_line(line: logging.Formatter, message: str, args: Any) -> None:
    shown = line.format(record(message, *args))
    assert message in shown
    assert "the arguments of the log call at shop.py:7 do not fit" in shown


def test_a_traceback_stays_inside_its_record() -> None:
    lines = TextLine().format(record("failed", **error_info(ValueError("bad\nnews")))).split("\n")
    assert lines[0].endswith("shop: failed")
    assert all(re.match(r"    |$", line) for line in lines[1:])
    assert lines[-2:] == ["    ValueError: bad", "    news"]


def test_an_exception_is_data() -> None:
    told = parsed(record("failed", **error_info(ValueError("bad\nnews"))))["exception"]
    assert (told["type"], told["message"]) == ("ValueError", "bad\nnews")
    assert told["stack"].startswith("Traceback (most recent call last):\n")


def test_a_class_is_named_with_its_module() -> None:
    kind = parsed(record(**error_info(json.JSONDecodeError("bad", "x", 0))))["exception"]["type"]
    assert kind == "json.decoder.JSONDecodeError"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 1 << 80, b"\xff", "\udc80", {"a": {1, 2}}, {("k",): object()}, Sly(), [[[]]]]
)
def test_any_value_is_json(value: object) -> None:
    assert "value" in parsed(record(value=value))["extra"]


def test_endless_values_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert parsed(record(value=endless))
