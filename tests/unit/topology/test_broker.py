"""[events] in plures.toml: what is read, what is refused, who takes part, and what no message repeats."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.topology import (
    ApplicationFacts,
    Broker,
    CapabilityFacts,
    DatabaseServer,
    PlacedBroker,
    Process,
    Storage,
    Topology,
    check,
    is_broker_url,
    parse,
)

APPLICATION = '[application]\nimport = "shop.app:app"\n[events]\n'
FACTS = ApplicationFacts(
    {
        "orders": CapabilityFacts(notifies=frozenset({"mail", "tax"}), has_database=True),
        "mail": CapabilityFacts(),
        "tax": CapabilityFacts(has_implementation=False),
        "search": CapabilityFacts(),
    }
)
PROCESSES = (
    Process("shop", ("orders",)),
    Process("mail", ("mail",)),
    Process("tax", ("tax",), external="http://127.0.0.1:9100"),
    Process("search", ("search",)),
)


def violations(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse(APPLICATION + text)
    assert "s3cret" not in str(caught.value)
    return [(v.code.removeprefix("topology."), v.where.removeprefix("plures.toml:")) for v in caught.value.violations]


def test_a_file_says_what_carries_events() -> None:
    text = 'transport = "nats"\nurl = "nats://${LOGIN}@one,nats://two:4333"\nreplicas = 3\nname = "shop-2"'
    settings = parse(APPLICATION + text)
    assert settings.broker == Broker("nats://${LOGIN}@one,nats://two:4333", None, 3, "shop-2")
    assert settings.topology().broker == settings.broker
    assert settings.broker.variables == {"LOGIN"}
    file = parse(APPLICATION + 'transport = "nats"\nurl_file = "secrets/nats"').broker
    assert file == Broker(url_file=Path("secrets/nats"))


@pytest.mark.parametrize("text", ["", 'transport = "http"'])
def test_without_a_word_they_travel_by_http(text: str) -> None:
    assert parse(APPLICATION + text).broker is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('transport = "kafka"', [("events_transport", "4 [events] transport")]),
        ('transport = "nats"', [("events_url", "3 [events]")]),
        ('transport = "nats"\nurl = "nats://a"\nurl_file = "b"', [("events_url", "3 [events]")]),
        ('url = "nats://a"\nname = "b"', [("events_url", "4 [events] url"), ("events_url", "5 [events] name")]),
        ('transport = "nats"\nurl = "nats://shop:s3cret@a"', [("literal_secret", "5 [events] url")]),
        ('transport = "nats"\nurl = "nats://a,nats://s3cret@b"', [("literal_secret", "5 [events] url")]),
        ('transport = "nats"\nurl = "redis://a"', [("events_url", "5 [events] url")]),
        ('transport = "nats"\nurl = "nats://a,nats://"', [("events_url", "5 [events] url")]),
        ('transport = "nats"\nurl = "nats://a/stream"', [("events_url", "5 [events] url")]),
        ('transport = "nats"\nurl = "nats://a"\nreplicas = 2', [("events_replicas", "6 [events] replicas")]),
        ('transport = "nats"\nurl = "nats://a"\nname = "A.b"', [("events_name", "6 [events] name")]),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, found: list[tuple[str, str]]) -> None:
    assert violations(text) == found


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("${URL}", True),
        ("nats://${HOST}:${PORT}", True),
        ("tls://${USER}:${PASSWORD}@one:4222,tls://two/", True),
        ("nats://one,", False),
        ("nats://one:0", False),
        ("nats://one:x", False),
        ("nats://o ne", False),
        ("nats://one?x=1", False),
        ("one:4222", False),
    ],
)
def test_what_a_url_is(text: str, *, is_one: bool) -> None:
    assert is_broker_url(text) == is_one


def test_only_processes_between_which_events_travel_take_part() -> None:
    broker = Broker("nats://${NATS_LOGIN}@nats")
    processes = check(Topology("split", PROCESSES, broker=broker), FACTS).processes
    assert processes["shop"].broker == PlacedBroker(broker, frozenset({"mail", "search"})), "tax is reached by HTTP"
    assert processes["mail"].broker == PlacedBroker(broker, frozenset({"orders", "search"}))
    assert processes["search"].broker is None
    assert {name for name, process in processes.items() if "NATS_LOGIN" in process.withheld} == {"search", "tax"}


def test_in_one_process_there_is_no_broker() -> None:
    together = (Process("shop", ("orders", "mail", "search")), PROCESSES[2])
    processes = check(Topology("monolith", together, broker=Broker("nats://nats")), FACTS).processes
    assert [process.broker for process in processes.values()] == [None, None]


def test_a_variable_that_a_database_needs_too_stays() -> None:
    storage = Storage({"main": DatabaseServer("main", "postgresql://${LOGIN}@db/shop")}, default="main")
    processes = (Process("shop", ("orders", "mail", "search")), PROCESSES[2])
    resolved = check(Topology("one", processes, storage=storage, broker=Broker("nats://${LOGIN}@nats")), FACTS)
    assert "LOGIN" not in resolved.processes["shop"].withheld
    assert "LOGIN" in resolved.processes["tax"].withheld


def test_no_process_is_given_its_secret_in_the_file() -> None:
    given = (Process("shop", ("*",), environment={"NATS_LOGIN": "x"}), PROCESSES[2])
    with pytest.raises(InvalidInput) as caught:
        check(Topology("one", given, broker=Broker("nats://${NATS_LOGIN}@nats")), FACTS)
    assert [violation.code for violation in caught.value.violations] == ["topology.secret_variable"]
