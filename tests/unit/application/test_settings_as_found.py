"""Settings as environments have them: empty variables, other words for true, JSON, quotes, names that clash. And where each value came from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest

from plures import Application, Capability, Secret, Settings, contract, query
from plures.application import assemble, sources_of
from plures.application.settings import clashes, fill
from plures.errors import InvalidInput


class Box(Settings):
    host: str = "box"


class Found(Settings):
    port: int | None = None
    is_quiet: bool = False
    level: Literal["low", "high"] = "low"
    name: str = "none"
    headers: Mapping[str, str] = {}
    key: Secret[str] | None = None
    keys: Secret[tuple[str, ...]] | None = None
    box: Box = Box()


def of(**variables: str) -> Any:
    value, wrong = fill(Found, "mail", {}, {f"MAIL_{name.upper()}": text for name, text in variables.items()})
    assert wrong == []
    return value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("is_quiet", "yes", True),
        ("is_quiet", "ON", True),
        ("is_quiet", "off", False),
        ("port", " 8 ", 8),
        ("headers", '{"a": "b"}', {"a": "b"}),
        # An empty variable says nothing, unless the field holds texts.
        ("port", "", None),
        ("is_quiet", "", False),
        ("level", "", "low"),
        ("headers", "", {}),
        ("key", "", None),
        ("name", "", ""),
    ],
)
def test_texts_are_read_as_people_write_them(name: str, text: str, value: object) -> None:
    assert getattr(of(**{name: text}), name) == value


def test_secrets_may_be_left_out_and_hold_several() -> None:
    found = of(key="hush", keys="first, second")
    assert (found.key.reveal(), found.keys.reveal()) == ("hush", ("first", "second"))
    assert "hush" not in repr(found)
    assert "first" not in repr(found)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("level", "middle", "it is none of low, high"),
        ("port", '"8"', "the quotes around it are a part of it"),
        ("is_quiet", "maybe", "Expected `bool`"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(name: str, text: str, said: str) -> None:
    _, [wrong] = fill(Found, "mail", {}, {f"MAIL_{name.upper()}": text})
    assert said in wrong.what


class Needs(Settings):
    key: Secret[str]


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    (tmp_path / "key").touch()
    for said, variables, told in (
        ({}, {"MAIL_KEY": ""}, "is missing"),
        ({}, {"MAIL_KEY_FILE": ""}, "is missing"),
        ({}, {"MAIL_KEY_FILE": str(tmp_path / "key")}, "it is empty"),
        ({}, {"MAIL_KEY_FILE": str(tmp_path / "none")}, "No such file"),
        ({"key": "${KEY}"}, {"KEY": ""}, "which is not set"),
        # Also where the field may be left out.
        ({"key": "hush"}, {}, "holds a secret itself"),
    ):
        for settings in (Needs, Found) if said == {"key": "hush"} else (Needs,):
            _, [wrong] = fill(settings, "mail", said, variables)
            assert told in wrong.what


class Unfit(Settings):
    keys: tuple[Secret[str], ...] = ()


class Twice(Settings):
    box: Box = Box()
    box_host: str = ""
    name: str = ""
    name_file: str = ""


@contract("tests.mail.v1", owner="tests")
class Mail(Protocol):
    @query()
    async def sender(self) -> str: ...


def test_what_reads_one_variable_twice_is_refused_at_assembly() -> None:
    def twice(settings: Twice) -> Mail:
        raise NotImplementedError

    def unfit(settings: Unfit) -> Mail:
        raise NotImplementedError

    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", [Capability(Mail, twice)]))
    assert [(each.code, each.what) for each in caught.value.violations] == [
        ("settings.clash", "reads the variable MAIL_BOX_HOST, and so does setting box.host of 'mail'"),
        ("settings.clash", "reads the variable MAIL_NAME_FILE, and so does setting name of 'mail'"),
    ]
    with pytest.raises(InvalidInput, match=r"Unfit\.keys is tuple"):
        assemble(Application("shop", [Capability(Mail, unfit)]))
    [between] = clashes({"mail": Twice.__mro__[0], "mail_box": Box, "none": None})[:1]
    assert between.where == "setting box_host of 'mail'"
    assert len(clashes({"mail": Found, "mail_box": Box})) == 1


def test_where_each_value_comes_from(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("hush\n")
    said = {"port": 9, "level": "${LEVEL}", "key": "${KEY}", "keys_file": "keys"}
    variables = {"KEY": "hush", "MAIL_NAME": "anna", "MAIL_BOX_HOST": "b"}
    told = sources_of(Found, "mail", said, variables, tmp_path)
    table = "plures.toml [capabilities.mail.settings]"
    assert told == {
        "port": f"{table} port",
        "is_quiet": "default",
        "level": "unreadable",
        "name": "variable MAIL_NAME",
        "headers": "default",
        "key": f"{table} key (${{KEY}})",
        "keys": f"{table} keys_file ({tmp_path / 'keys'})",
        "box.host": "variable MAIL_BOX_HOST",
    }
    assert sources_of(Needs, "mail", {}, {}, tmp_path) == {"key": "missing"}
