"""Errors that always say the same are data, and so are the rules for what users write."""

from dataclasses import dataclass

import pytest

from plures.errors import PluresError, Rule, Text, Violation


@dataclass(eq=False)
class PortTaken(PluresError):
    code = "test.port_taken"
    wording = Text("Cannot listen on {host}:{port}", why="another program does", fix="Try {port} later.")

    host: str
    port: int = 80


def test_a_text_is_filled_with_the_fields_of_the_error() -> None:
    error = PortTaken("::1", port=81)
    assert (error.what, error.why, error.fix) == ("Cannot listen on ::1:81", "another program does", "Try 81 later.")
    assert (error.host, error.port) == ("::1", 81)


def test_what_a_user_wrote_is_never_taken_for_a_name_in_braces() -> None:
    assert PortTaken("{port}{0}{").what == "Cannot listen on {port}{0}{:80"
    rule = Rule("test.rule", "{name!r} is no name", "Write another name than {name}.")
    assert rule.broken("here", name="{x}") == Violation(
        "test.rule", "here", "'{x}' is no name", "Write another name than {x}."
    )


def test_an_error_can_be_raised_caught_and_compared_by_identity() -> None:
    with pytest.raises(PortTaken, match="another program"):
        raise PortTaken("localhost")
    assert len({PortTaken("a"), PortTaken("a")}) == 2


def test_a_dataclass_error_without_wording_says_so() -> None:
    @dataclass(eq=False)
    class Silent(PluresError):
        port: int

    with pytest.raises(TypeError, match="Silent has fields, but no wording"):
        Silent(1)
