"""What users say of the log on the command line and in plures.toml; all mistakes at once."""

import re
from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.logs import LogSettings, read_levels
from plures.topology import parse

HEAD = '[application]\nimport = "a:b"\n'


def broken(texts: list[str]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_levels(texts)
    return [(violation.code, violation.where) for violation in caught.value.violations]


def test_levels_of_all_loggers_and_of_one() -> None:
    assert read_levels(["info", "sqlalchemy.engine=DEBUG", "shop = warn"]) == (
        "info",
        {"sqlalchemy.engine": "debug", "shop": "warning"},
    )
    assert read_levels([]) == (None, {})


def test_all_mistakes_are_told_at_once() -> None:
    assert broken(["loud", "shop=lod", "=info", "a..b=info", "x=info", "x=debug", "info", "debug"]) == [
        ("logging.level", "--log-level loud"),
        ("logging.level", "--log-level shop=lod"),
        ("logging.logger", "--log-level =info"),
        ("logging.logger", "--log-level a..b=info"),
        ("logging.level_twice", "--log-level x=debug"),
        ("logging.level_twice", "--log-level debug"),
    ]


def test_a_level_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_levels(["debgu"])
    assert caught.value.violations[0].fix == "Did you mean 'debug'?"


def test_the_table_of_plures_toml() -> None:
    text = '[logging]\nformat = "json"\nlevel = "Warning"\nlevels = { "sqlalchemy.engine" = "debug" }\n'
    assert parse(HEAD + text).logs == LogSettings("json", "warning", {"sqlalchemy.engine": "debug"})
    assert parse(HEAD).logs == LogSettings()


def test_mistakes_in_the_table() -> None:
    text = '[logging]\nformat = "jsn"\nlevel = "loud"\nlevels = { "a b." = "info", x = "y", z = 1 }\nhue = 1\n'
    with pytest.raises(InvalidInput) as caught:
        parse(HEAD + text)
    assert sorted((v.code, re.sub(r":\d+", "", v.where)) for v in caught.value.violations) == [
        ("logging.format", "plures.toml [logging] format"),
        ("logging.level", "plures.toml [logging] level"),
        ("logging.level", "plures.toml [logging] levels.x"),
        ("logging.logger", "plures.toml [logging] levels.a b."),
        ("topology.type", "plures.toml [logging] levels.z"),
        ("topology.unknown_key", "plures.toml [logging] hue"),
    ]


def test_the_command_line_wins() -> None:
    told = LogSettings("json", "warning", {"a": "debug", "b": "info"})
    assert told.overridden(None, None, {}) == told
    assert told.overridden("text", "error", {"b": "error"}) == LogSettings(
        "text", "error", {"a": "debug", "b": "error"}
    )


@pytest.mark.parametrize(
    ("written", "is_right"),
    [("0", True), ("2", True), ("0.05", True), ("0.01", False), ("-1", False), ("nan", False), ("inf", False)],
)
def test_the_limit_for_the_event_loop(tmp_path: Path, written: str, is_right: bool) -> None:
    file = tmp_path / "plures.toml"
    file.write_text(f"{HEAD}[logging]\nblocked_loop_s = {written}\n")
    if is_right:
        assert parse(file).logs.blocked_loop_s == float(written)
        return
    with pytest.raises(InvalidInput) as caught:
        parse(file)
    assert [violation.code for violation in caught.value.violations] == ["logging.limit"]
