"""A Compose file as it follows from the topology: read by a reader of YAML, as Compose reads it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from plures.errors import InvalidInput
from plures.targets import Workloads
from plures.targets.compose import FILE, ComposeOptions, check_secrets, compose_files

from .conftest import Shop

SPLIT = """
[topology.split]
search = { capabilities = ["search"], replicas = { min = 2, max = 100 } }
catalog = { capabilities = ["catalog"] }
orders = { capabilities = ["orders"] }
shop = { capabilities = ["*"], edge = true, environment = { PRICE = "5$", TRUTH = "yes" } }
"""
ON_SERVER = """
[databases.main]
url = "postgresql://${DATABASE_HOST}/shop"
passwords = "/run/secrets"
[tls]
authority = "/run/tls"
"""
OPTIONS = ComposeOptions(registry="registry.example", tag="1.4")


def rendered(workloads: Workloads, options: ComposeOptions = OPTIONS) -> Any:
    return yaml.safe_load(compose_files(workloads, options)[FILE])


def test_each_process_is_a_service_that_may_do_nothing_but_its_work(shop: Shop) -> None:
    document = rendered(shop.placed(f"[tls]\n{SPLIT}"))
    assert document["name"] == "shop"
    assert list(document["services"]) == ["search", "catalog", "orders", "shop"]
    for service in document["services"].values():
        assert (service["user"], service["read_only"], service["cap_drop"]) == ("65532:65532", True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["deploy"]["resources"]["limits"] == {"memory": "512M", "pids": 512}
        # Later than a process cuts off what is in flight, which is after 30 s.
        assert (service["restart"], service["stop_grace_period"]) == ("unless-stopped", "35s")
        assert service["healthcheck"]["test"][0] == "CMD"
    search = document["services"]["search"]
    assert search["image"] == "registry.example/shop/search:1.4"
    assert search["command"] == "--topology split --process search"


def test_what_is_shared_stands_once(shop: Shop) -> None:
    text = compose_files(shop.placed(f"[tls]\n{SPLIT}"), OPTIONS)[FILE]
    assert (text.count("cap_drop"), text.count("<<: *process"), text.count("healthcheck: *ready")) == (1, 4, 4)


def test_only_a_process_and_those_that_connect_to_it_meet_in_its_network(shop: Shop) -> None:
    workloads = shop.placed(f"{ON_SERVER}{SPLIT}")
    document = rendered(workloads)
    members: dict[str, set[str]] = {}
    for name, service in document["services"].items():
        for network in service["networks"]:
            members.setdefault(network, set()).add(name)
    outside = members.pop("outside")
    assert outside == {"migrate", "catalog", "orders", "shop"}
    assert members == {
        name: {name, *process.called_by} for name, process in workloads.processes.items() if process.called_by
    }
    assert {name for name, network in document["networks"].items() if network.get("internal")} == set(members)


def test_nothing_waits_for_one_that_waits_for_it(shop: Shop) -> None:
    # search calls catalog, and catalog tells search of events.
    services = rendered(shop.placed(f"[tls]\n{SPLIT}"))["services"]
    waits = {name: set(service.get("depends_on", ())) for name, service in services.items()}
    assert waits["search"] == {"catalog"}
    assert waits["catalog"] == set()
    assert {each["condition"] for each in services["shop"]["depends_on"].values()} == {"service_healthy"}


def test_migrations_run_once_and_before_those_whose_rows_are_on_a_server(shop: Shop) -> None:
    services = rendered(shop.placed(f"{ON_SERVER}{SPLIT}"))["services"]
    migrate = services["migrate"]
    assert (migrate["restart"], migrate["entrypoint"]) == ("no", "python3 -m plures data migrate")
    assert migrate["command"] == "--file /app/plures.toml --data /tmp catalog orders"
    assert {each["target"] for each in migrate["secrets"]} == {"/run/secrets/catalog", "/run/secrets/orders"}
    assert "healthcheck" not in migrate
    waiting = {name for name, each in services.items() if "migrate" in each.get("depends_on", ())}
    assert waiting == {"catalog", "orders"}
    assert services["orders"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert "migrate" not in rendered(shop.placed(f"[tls]\n{SPLIT}"))["services"]


def test_each_gets_the_secrets_of_its_own(shop: Shop) -> None:
    document = rendered(shop.placed(f"{ON_SERVER}{SPLIT}"))
    orders, search = document["services"]["orders"], document["services"]["search"]
    assert orders["secrets"] == [{"source": "passwords-main-orders", "target": "/run/secrets/orders"}]
    assert document["secrets"]["passwords-main-orders"] == {"file": "./secrets/passwords-main/orders"}
    assert orders["environment"]["DATABASE_HOST"].startswith("${DATABASE_HOST:?")
    assert "secrets" not in search
    assert "environment" not in search


def test_a_folder_that_is_replaced_while_all_runs_is_mounted_as_a_whole(shop: Shop) -> None:
    document = rendered(shop.placed(f"{ON_SERVER}{SPLIT}"))
    volumes: list[Any] = document["services"]["search"]["volumes"]
    [mount] = volumes
    assert (mount["source"], mount["target"], mount["read_only"]) == ("./secrets/authority", "/run/tls", True)
    # Else the engine would make an empty folder that belongs to root.
    assert mount["bind"] == {"create_host_path": False}
    text = SPLIT.replace("[topology", '[tls]\ncertificate = "/tls/a"\nkey = "/tls/b"\ntrust = "/tls/c"\n[topology')
    mounts = rendered(shop.placed(text))["services"]["orders"]["volumes"]
    assert [each["source"] for each in mounts if isinstance(each, dict)] == ["./secrets/tls/orders"]


def test_data_has_a_name_unless_replicas_would_share_it(shop: Shop) -> None:
    document = rendered(shop.placed(f"[tls]\n{SPLIT}"))
    assert list(document["volumes"]) == ["catalog", "orders", "shop"]
    assert "catalog:/data" in document["services"]["catalog"]["volumes"]
    assert "search:/data" not in document["services"]["search"].get("volumes", [])
    assert document["services"]["search"]["scale"] == 2


def test_the_edge_is_published_where_it_is_said_and_nothing_else_is(shop: Shop) -> None:
    services = rendered(shop.placed(f"[tls]\n{SPLIT}"), ComposeOptions(publish="10.0.0.5:80"))["services"]
    assert {name: each["ports"] for name, each in services.items() if "ports" in each} == {"shop": ["10.0.0.5:80:8000"]}


def test_values_stay_what_they_are(shop: Shop) -> None:
    """A dollar is none of Compose's references, and a yes no truth."""
    assert rendered(shop.placed(f"[tls]\n{SPLIT}"))["services"]["shop"]["environment"] == {
        "PRICE": "5$$",
        "TRUTH": "yes",
    }


def test_a_tag_is_asked_for_when_none_is_said(shop: Shop) -> None:
    image = rendered(shop.placed(f"[tls]\n{SPLIT}"), ComposeOptions())["services"]["search"]["image"]
    assert image.startswith("shop/search:${TAG:?")


def test_one_process_alone_needs_no_tls_and_no_network_of_its_own(shop: Shop) -> None:
    document = rendered(shop.placed('[topology.whole]\nmain = { capabilities = ["*"] }\n', "whole"))
    main = document["services"]["main"]
    assert (main["image"], main["networks"]) == ("registry.example/shop:1.4", ["outside"])
    assert 'HTTPConnection("localhost", 8001' in main["healthcheck"]["test"][-1]
    assert "ssl" not in main["healthcheck"]["test"][-1]


def test_all_that_compose_cannot_do_is_said_at_once(shop: Shop) -> None:
    text = f"""{ON_SERVER}
    [topology.split]
    migrate = {{ capabilities = ["search"] }}
    shop = {{ capabilities = ["*"], edge = true, replicas = 2 }}
    """
    with pytest.raises(InvalidInput) as raised:
        compose_files(shop.placed(text), OPTIONS)
    assert sorted(each.code for each in raised.value.violations) == ["deploy.name_taken", "deploy.port_clash"]


def test_secrets_that_are_missing_are_named_at_once(shop: Shop, tmp_path: Path) -> None:
    workloads = shop.placed(f"{ON_SERVER}{SPLIT}")
    folder = tmp_path / "deploy"
    with pytest.raises(InvalidInput) as raised:
        check_secrets(workloads, folder, {})
    said = str(raised.value)
    wanted = ["passwords-main/catalog", "passwords-main/orders", "authority/authority.crt", "authority/authority.key"]
    assert len(raised.value.violations) == len(wanted) + 1
    assert all(f"{folder}/secrets/{each}" in said for each in wanted)
    assert "DATABASE_HOST" in said
    for each in wanted:
        (folder / "secrets" / each).parent.mkdir(parents=True, exist_ok=True)
        (folder / "secrets" / each).touch()
    check_secrets(workloads, folder, {"DATABASE_HOST"})
    (folder / ".env").write_text("# where\nexport DATABASE_HOST=db\n")
    check_secrets(workloads, folder, {})
