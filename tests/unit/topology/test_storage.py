"""Databases in plures.toml: what is read, what is refused, and what no message repeats."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.topology import (
    ApplicationFacts,
    CapabilityFacts,
    DatabaseServer,
    Process,
    Replicas,
    Storage,
    Topology,
    UnknownDatabase,
    check,
    filled,
    is_server_url,
    parse,
    variables_in,
)

APPLICATION = '[application]\nimport = "shop.app:app"\n'
MAIN = DatabaseServer("main", "postgresql://db/shop", most_connections=20)


def violations(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    return [(v.code.removeprefix("topology."), v.where.removeprefix("plures.toml:")) for v in caught.value.violations]


def test_a_file_says_which_database_a_capability_uses() -> None:
    storage = parse(
        APPLICATION
        + """database = "main"
        [databases.main]
        url = "postgresql://${DB_HOST}/shop"
        most_connections = 30
        [databases.other]
        url_file = "secrets/other"
        passwords = "secrets/roles"
        [capabilities.orders]
        database = "other"
        [capabilities.search]
        database = "sqlite"
        """
    ).storage
    main = DatabaseServer("main", "postgresql://${DB_HOST}/shop", most_connections=30)
    other = DatabaseServer("other", "", Path("secrets/other"), 80, Path("secrets/roles"))
    assert storage.servers == {"main": main, "other": other}
    assert [storage.server_of(name) for name in ("cart", "orders", "search")] == [main, other, None]
    assert storage.variables == {"DB_HOST"}


def test_without_a_word_databases_are_embedded() -> None:
    assert parse(APPLICATION).storage == Storage()
    assert Storage().server_of("orders") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('database = "mian"\n[databases.main]\nurl = "${U}"', [("database_unknown", "3 [application] database")]),
        ('[capabilities.a]\ndatabase = "x"', [("database_unknown", "4 [capabilities.a] database")]),
        ('[capabilities.a]\nfolder = "x"', [("unknown_key", "4 [capabilities.a] folder")]),
        ("[databases.main]", [("database_url", "3 [databases.main]")]),
        ('[databases.main]\nurl = "${U}"\nurl_file = "u"', [("database_url", "3 [databases.main]")]),
        ('[databases.sqlite]\nurl = "${U}"', [("database_name", "3 [databases.sqlite]")]),
        ('[databases."My db"]\nurl = "${U}"', [("database_name", "3 [databases.My db]")]),
        (
            '[databases.m]\nurl = "${U}"\nmost_connections = 0',
            [("database_connections", "5 [databases.m] most_connections")],
        ),
        ("[databases.m]\nurl = 3", [("type", "4 [databases.m] url")]),
    ],
)
def test_what_does_not_fit(text: str, expected: list[tuple[str, str]]) -> None:
    assert violations(APPLICATION + text) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mysql://db/shop",
        "postgresql://db",
        "postgresql://db/",
        "postgresql://db/a/b",
        "postgresql://db:port/shop",
        "postgresql://db:0/shop",
        "postgresql:///shop",
        "postgresql://[::1/shop",
        "postgresql://db/shop name",
        "postgresql://db/shop#there",
        "db.internal",
        "$URL",
        "",
    ],
)
def test_wrong_urls(url: str) -> None:
    assert violations(f"{APPLICATION}[databases.main]\nurl = {url!r}") == [("database_url", "4 [databases.main] url")]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://shop:tiger@db/shop",
        "postgresql://shop:tiger${MORE}@db/shop",
        "postgresql://${USER}:tiger@db/shop",
        "postgresql://:tiger@db:port/shop",
        "postgresql://db/shop?user=shop&password=tiger",
        "postgresql://db/shop?PASSWORD=tiger",
        "postgresql://shop:ti/tiger@db/shop",
        "mysql://shop:tiger@db/shop",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(f"{APPLICATION}[databases.main]\nurl = {url!r}")
    assert "tiger" not in repr(caught.value.violations) + str(caught.value)
    is_secret = "ti/" not in url
    [code] = [violation.code for violation in caught.value.violations]
    assert code == ("topology.literal_secret" if is_secret else "topology.database_url")


@pytest.mark.parametrize(
    "url",
    [
        "${URL}",
        "postgresql://db/shop",
        "postgres://db:5432/shop",
        "postgresql://[::1]:5432/shop",
        "postgresql://${USER}:${PASSWORD}@${HOST}:${PORT}/${NAME}",
        "postgresql://shop@db/shop?sslmode=require",
        "postgresql:///shop?host=/run/postgresql",
    ],
)
def test_urls(url: str) -> None:
    assert is_server_url(url)
    parse(f"{APPLICATION}[databases.main]\nurl = {url!r}")


def test_references_are_filled() -> None:
    text = "postgresql://${USER}:${PASSWORD}@${HOST}/shop"
    assert variables_in(text) == {"USER", "PASSWORD", "HOST"}
    values = {"USER": "shop", "PASSWORD": "a@b:/c", "HOST": "db:5432"}
    assert filled(text, values) == "postgresql://shop:a%40b%3A%2Fc@db:5432/shop"
    assert filled("${URL}", {"URL": "postgresql://u:p%40@h/n\n"}) == "postgresql://u:p%40@h/n"
    for absent in ({}, {"URL": ""}):
        with pytest.raises(KeyError, match="URL"):
            filled("${URL}", absent)


def test_an_unknown_database_has_a_hint() -> None:
    with pytest.raises(UnknownDatabase, match="'main'"):
        Storage({"main": MAIN}).server("mian")


KEEPS = CapabilityFacts(has_database=True)
SHOP = ApplicationFacts({"orders": KEEPS, "stock": KEEPS, "search": CapabilityFacts()})


def placed(*processes: Process, storage: Storage) -> Topology:
    return Topology("t", processes, "plures.toml", storage=storage)


def problems(topology: Topology) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        check(topology, SHOP)
    return [violation.code for violation in caught.value.violations]


def test_a_capability_on_a_server_may_have_replicas() -> None:
    two = Replicas(2, 2)
    orders, rest = Process("orders", ("orders",), two), Process("rest", ("*",))
    on_server = check(placed(orders, rest, storage=Storage({"main": MAIN}, "main")), SHOP)
    assert not on_server.processes["orders"].exclusive
    chosen = Storage({"main": MAIN}, chosen={"orders": "main"})
    one_of_them = check(placed(orders, rest, storage=chosen), SHOP)
    assert [process.exclusive for process in one_of_them.processes.values()] == [False, True]
    assert problems(placed(orders, rest, storage=Storage({"main": MAIN}, "main", {"orders": "sqlite"}))) == [
        "topology.database_replicas"
    ]


def test_connections_are_shared_among_all_replicas() -> None:
    """Orders has three replicas and stock one; while one of them is replaced, five pools are open."""
    processes = (Process("orders", ("orders",), Replicas(1, 3)), Process("rest", ("*",)))
    resolved = check(placed(*processes, storage=Storage({"main": MAIN}, "main")), SHOP)
    assert {name: placed.connections for name, placed in resolved.processes["orders"].databases.items()} == {
        "orders": 4
    }
    few = DatabaseServer("main", "${URL}", most_connections=9)
    assert problems(placed(*processes, storage=Storage({"main": few}, "main"))) == ["topology.database_connections"]
    enough = DatabaseServer("main", "${URL}", most_connections=10)
    check(placed(*processes, storage=Storage({"main": enough}, "main")), SHOP)


def test_secrets_go_to_the_processes_that_need_them() -> None:
    servers = {name: DatabaseServer(name, f"${{{name.upper()}_URL}}") for name in ("main", "other")}
    storage = Storage(servers, chosen={"orders": "main", "stock": "other"})
    tax = Process("tax", ("search",), command="tax")
    processes = (Process("orders", ("orders",)), Process("stock", ("stock",)), tax)
    resolved = check(placed(*processes, storage=storage), SHOP)
    assert {name: process.withheld for name, process in resolved.processes.items()} == {
        "orders": {"OTHER_URL"},
        "stock": {"MAIN_URL"},
        "tax": {"MAIN_URL", "OTHER_URL"},
    }
    leaking = Process("tax", ("search",), command="tax", environment={"MAIN_URL": "postgresql://tiger"})
    assert problems(placed(*processes[:2], leaking, storage=storage)) == ["topology.secret_variable"]


def test_a_database_for_a_capability_that_there_is_not() -> None:
    storage = Storage({"main": MAIN}, chosen={"ordres": "main"})
    assert problems(placed(Process("main", ("*",)), storage=storage)) == ["topology.capability_unknown"]
