"""What each process needs in a container, as it follows from plures.toml and the application."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.targets import SecretFile, Server, workloads_of
from plures.topology import ApplicationFacts, CapabilityFacts, check, parse

from .conftest import HEAD, Shop

SPLIT = """
[topology.split]
search = { capabilities = ["search"], replicas = { min = 2, max = 100 } }
catalog = { capabilities = ["catalog"] }
orders = { capabilities = ["orders"] }
shop = { capabilities = ["*"], edge = true, environment = { TZ = "UTC" } }
"""


def codes(shop: Shop, text: str, topology: str = "split") -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        shop.placed(text, topology)
    return [violation.code for violation in raised.value.violations]


def test_connections_are_calls_and_deliveries_of_events(shop: Shop) -> None:
    workloads = shop.placed(f"[tls]\n{SPLIT}")
    assert workloads.connections == {
        ("search", "catalog"),
        ("catalog", "search"),
        ("orders", "catalog"),
        ("orders", "shop"),
        ("shop", "search"),
        ("shop", "orders"),
    }
    assert workloads.processes["catalog"].called_by == ("orders", "search")


def test_a_broker_carries_events(shop: Shop) -> None:
    workloads = shop.placed(
        f'[tls]\n[events]\ntransport = "nats"\nurl = "nats://${{NATS_LOGIN}}@nats.shop:4333"\n{SPLIT}'
    )
    assert workloads.connections == {
        ("search", "catalog"),
        ("orders", "catalog"),
        ("shop", "search"),
        ("shop", "orders"),
    }
    assert workloads.processes["orders"].servers == (Server("broker", "nats.shop", 4333),)
    assert workloads.processes["orders"].variables == ("NATS_LOGIN",)


def test_one_process_that_writes_an_embedded_database_keeps_its_data_and_is_alone(shop: Shop) -> None:
    processes = shop.placed(f"[tls]\n{SPLIT}").processes
    assert [name for name, each in processes.items() if each.keeps and each.is_alone] == ["catalog", "orders"]
    assert (processes["search"].replicas.min, processes["search"].replicas.max) == (2, 100)


def test_each_process_is_told_which_it_is_and_where_the_others_are(shop: Shop) -> None:
    process = shop.placed(f"[tls]\n{SPLIT}", peers="https://{process}.shop.svc:8001").processes["shop"]
    assert process.arguments == (
        "--topology", "split", "--process", "shop", "--peers", "https://{process}.shop.svc:8001",
    )  # fmt: skip
    assert process.image == "shop/shop"
    assert [(port.name, port.number, port.scheme) for port in process.ports] == [
        ("public", 8000, "http"),
        ("control", 8001, "https"),
    ]
    assert process.environment == {"TZ": "UTC"}


def test_secrets_are_named_and_never_told(shop: Shop) -> None:
    text = """
    [tls]
    certificate = "/tls/tls.crt"
    key = "/tls/tls.key"
    trust = "/tls/ca.crt"
    [databases.main]
    url = "postgresql://${DB_USER}:${DB_PASSWORD}@db.shop:6432/shop"
    passwords = "secrets/main"
    [access.callers.till]
    token = "${TILL_TOKEN}"
    may_call = ["orders"]
    """
    orders = shop.placed(text + SPLIT).processes["orders"]
    assert orders.variables == ("DB_PASSWORD", "DB_USER", "TILL_TOKEN")
    assert orders.servers == (Server("database main", "db.shop", 6432),)
    assert orders.files == (
        SecretFile("/tls/tls.crt", "tls certificate"),
        SecretFile("/tls/tls.key", "tls key"),
        SecretFile("/tls/ca.crt", "tls trust"),
        SecretFile("/app/secrets/main", "passwords main", is_folder=True, file_names=("orders",)),
    )
    assert not orders.keeps


def test_one_process_needs_no_tls_and_is_looked_at_from_inside(shop: Shop) -> None:
    [main] = shop.placed('[topology.monolith]\nmain = { capabilities = ["*"] }\n', "monolith").processes.values()
    assert main.arguments == ("--topology", "monolith")
    assert main.image == "shop"
    assert main.health.is_inside
    assert [port.name for port in main.ports] == ["public"]


def test_processes_start_after_those_that_they_call(shop: Shop) -> None:
    assert shop.placed(f"[tls]\n{SPLIT}").layers == (("catalog",), ("orders", "search"), ("shop",))


def test_all_that_is_in_the_way_is_told_at_once(shop: Shop) -> None:
    text = """
    [databases.main]
    url = "postgresql://me@localhost/shop"
    [topology.split]
    search = { capabilities = ["search"], external = "http://127.0.0.1:9001" }
    mail = { capabilities = ["mail"], command = "node mail.js" }
    shop = { capabilities = ["*"] }
    """
    assert codes(shop, text) == [
        "deploy.tls_missing",
        "deploy.loopback",
        "deploy.other_language",
        "deploy.loopback",
    ]


def test_replicas_of_one_process_need_tls_as_several_processes_do(shop: Shop) -> None:
    text = """
    [databases.main]
    url = "postgresql://${LOGIN}@db/shop"
    [topology.monolith]
    main = { capabilities = ["*"], replicas = { min = 2, max = 3 } }
    """
    assert codes(shop, text, "monolith") == ["deploy.tls_missing"]


def test_nothing_runs_here(tmp_path: Path) -> None:
    text = '[topology.split]\nshop = { capabilities = ["*"], edge = false, external = "https://shop.example" }\n'
    file = tmp_path / "plures.toml"
    file.write_text(HEAD + text)
    settings = parse(file)
    facts = ApplicationFacts({"search": CapabilityFacts()})
    with pytest.raises(InvalidInput) as raised:
        workloads_of(check(settings.topology("split"), facts), settings, facts, "shop")
    assert [violation.code for violation in raised.value.violations] == ["deploy.nothing"]
