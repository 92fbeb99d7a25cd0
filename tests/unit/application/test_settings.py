"""Settings of a capability: how they are filled, and what is said when they cannot be. No message has a secret in it."""

import pickle
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest

from plures import Application, Capability, PluresError, Secret, Settings, contract, query
from plures.application import assemble
from plures.application.settings import fill
from plures.errors import InvalidInput
from plures.topology import check, parse


class Kind(Enum):
    SMTP = "smtp"
    API = "api"


class Relay(Settings):
    host: str
    password: Secret[str]
    port: int = 25


class MailSettings(Settings):
    sender: str
    key: Secret[str]
    retries: int = 3
    is_quiet: bool = False
    share: float = 0.5
    folder: Path | None = None
    kind: Kind = Kind.SMTP
    level: Literal["low", "high"] = "low"
    names: tuple[str, ...] = ()
    price: Decimal = Decimal(0)
    pause: timedelta = timedelta(0)
    limits: Mapping[str, int] = {}
    relay: Relay | None = None


class Nested(Settings):
    relay: Relay


ENOUGH = {"sender": "tea@shop.example", "key": "${KEY}"}


def filled(said: Mapping[str, Any], **variables: str) -> Any:
    value, wrong = fill(MailSettings, "mail", said, {"KEY": "hush", **variables})
    assert wrong == []
    return value


def wrong(said: Mapping[str, Any], settings: type[Settings] = MailSettings, **variables: str) -> list[str]:
    value, violations = fill(settings, "mail", said, variables)
    assert value is None
    return [f"{each.code} {each}" for each in violations]


def test_values_come_from_the_file_and_from_defaults() -> None:
    settings = filled({**ENOUGH, "retries": 5, "names": ["a", "b"], "limits": {"day": 9}, "folder": "var/mail"})
    assert (settings.sender, settings.retries, settings.names) == ("tea@shop.example", 5, ("a", "b"))
    assert (settings.limits, settings.folder, settings.share) == ({"day": 9}, Path("var/mail"), 0.5)
    assert settings.key.reveal() == "hush"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("retries", "7", 7),
        ("is_quiet", "true", True),
        ("share", "0.25", 0.25),
        ("folder", "/var/mail", Path("/var/mail")),
        ("kind", "api", Kind.API),
        ("level", "high", "high"),
        ("names", "a, b,c", ("a", "b", "c")),
        ("names", '["a,b", "c"]', ("a,b", "c")),
        ("names", "", ()),
        ("price", "1.50", Decimal("1.50")),
        ("pause", "PT5S", timedelta(seconds=5)),
        ("sender", "a:b@${x}", "a:b@${x}"),
    ],
)
def test_the_environment_wins_and_is_read_as_the_field_has_it(name: str, text: str, value: object) -> None:
    settings = filled({**ENOUGH, "retries": 5}, **{f"MAIL_{name.upper()}": text})
    assert getattr(settings, name) == value


def test_a_file_holds_a_value(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    said = {"sender": "s", "key_file": "key"}
    value, _ = fill(MailSettings, "mail", said, {}, folder=tmp_path)
    assert value is not None
    assert value.key.reveal() == "from a file"
    assert filled({"sender": "s"}, MAIL_KEY_FILE=str(tmp_path / "key")).key.reveal() == "from a file"


def test_settings_hold_settings() -> None:
    value, violations = fill(
        Nested, "mail", {"relay": {"host": "h"}}, {"MAIL_RELAY_PASSWORD": "p", "MAIL_RELAY_PORT": "26"}
    )
    assert violations == []
    assert value is not None
    assert (value.relay.host, value.relay.port, value.relay.password.reveal()) == ("h", 26, "p")


def test_all_that_is_missing_is_told_at_once() -> None:
    told = wrong({})
    assert len(told) == 2
    assert "setting sender of 'mail': is missing\n      fix: Set MAIL_SENDER, or write `sender = …`" in told[0]
    assert "Set MAIL_KEY, or MAIL_KEY_FILE to the file" in told[1]
    assert '`key = "${NAME}"`' in told[1]
    assert len(wrong({}, Nested)) == 2


@pytest.mark.parametrize(
    ("said", "variables", "code"),
    [
        ({"sendr": "x"}, {}, "settings.unknown"),
        ({"retries": "many"}, {}, "settings.wrong"),
        ({"retries": [1]}, {}, "settings.wrong"),
        ({"kind": "pigeon"}, {}, "settings.wrong"),
        ({}, {"MAIL_IS_QUIET": "perhaps"}, "settings.wrong"),
        ({"key": "hush"}, {}, "settings.literal_secret"),
        ({"key": 5}, {}, "settings.literal_secret"),
        ({"key": "${GONE}"}, {}, "settings.reference"),
        ({"key": "${KEY}", "key_file": "k"}, {}, "settings.twice"),
        ({"key_file": "/no/such/file"}, {}, "settings.file"),
        ({}, {"MAIL_KEY_FILE": "/no/such/file"}, "settings.file"),
    ],
)
def test_what_is_wrong_has_a_code(said: dict[str, Any], variables: dict[str, str], code: str) -> None:
    assert code in " ".join(
        wrong({**ENOUGH, **said} if "key_file" not in said else {"sender": "s", **said}, KEY="k", **variables)
    )


def test_no_message_has_a_secret_in_it() -> None:
    class Pin(Settings):
        pin: Secret[int]
        other: str

    told = " ".join(wrong({}, Pin, MAIL_PIN="s3cret"))
    assert "it is no int" in told
    assert "s3cret" not in told
    settings = filled(ENOUGH)
    assert "hush" not in f"{settings} {settings!r} {settings.key}"
    assert settings.key == Secret("hush")
    assert settings.key != Secret("other")
    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(settings.key)


@contract("shop.mail.v1", owner="growth")
class Mail(Protocol):
    @query()
    async def sender(self) -> str: ...


class MailService:
    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def sender(self) -> str:
        return self._settings.sender


APPLICATION = Application("shop", [Capability(Mail, MailService)])


def problems(implementation: Any, **options: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", [Capability(Mail, implementation)], **options))
    return [f"{each.code} {each.what}" for each in caught.value.violations]


class Odd(Settings):
    handler: object
    names: list[str]
    more: "Odd | None" = None


def test_a_field_that_settings_cannot_hold_is_refused_at_assembly() -> None:
    def make(settings: Odd) -> Mail:
        raise NotImplementedError

    told = problems(make)
    assert [each.partition(",")[0] for each in told] == [
        "settings.kind Odd.handler is object",
        "settings.kind Odd.names is list",
        "settings.kind Odd.more is tests.unit.application.test_settings.Odd | None",
    ] or len(told) == 3


def test_a_capability_has_one_class_of_settings() -> None:
    def make(one: MailSettings, two: Relay) -> Mail:
        raise NotImplementedError

    assert "application.dependency asks for settings twice" in problems(make)[0]


def test_an_edge_has_none() -> None:
    def edge(settings: MailSettings) -> Any:
        raise NotImplementedError

    assert "application.settings" in problems(MailService, edge=edge)[0]


FILE = """
[application]
import = "shop.app:app"
[capabilities.mail.settings]
sender = "tea@shop.example"
key = "${KEY}"
"""


def test_a_process_is_told_of_its_own_capabilities_alone() -> None:
    topology = parse(FILE).topology()
    [process] = check(topology, assemble(APPLICATION).facts).processes.values()
    assert process.settings == {"mail": {"sender": "tea@shop.example", "key": "${KEY}"}}


def test_settings_that_no_service_asks_for_are_refused() -> None:
    class Plain:
        async def sender(self) -> str:
            return ""

    facts = assemble(Application("shop", [Capability(Mail, Plain)])).facts
    with pytest.raises(PluresError) as caught:
        check(parse(FILE).topology(), facts)
    assert "topology" in caught.value.code or "has settings for mail" in str(caught.value)
    assert "has settings for mail" in str(caught.value)
