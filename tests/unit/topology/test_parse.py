"""plures.toml becomes settings, or a list of all that is wrong with it."""

import re
from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.topology import Address, Process, Replicas, Topology, UnknownTopology, parse

APPLICATION = '[application]\nimport = "shop.app:app"\n'


def violations(text: str | Path) -> list[tuple[str, str]]:
    """What is wrong: rule and place of each violation, without its line, which `test_lines.py` is about."""
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert all(violation.what and violation.fix for violation in caught.value.violations)
    return [
        (violation.code.removeprefix("topology."), without_line(violation.where))
        for violation in caught.value.violations
    ]


def without_line(where: str) -> str:
    return re.sub(r"(\.toml):\d+", r"\1", where)


def test_the_least_that_can_be_written() -> None:
    settings = parse(APPLICATION)
    assert settings.application == "shop.app:app"
    assert settings.data == Path(".plures")
    assert (settings.public, settings.control) == (Address("127.0.0.1", 8000), Address("127.0.0.1", 8001))
    assert settings.topology() == Topology("monolith", (Process("main", ("*",)),), "plures.toml")


@pytest.mark.parametrize("name", ["", "http://shop", "shop:80", "shop.", "a b", "*", "[::1]"])
def test_a_name_of_a_listener_has_no_scheme_and_no_port(name: str) -> None:
    text = f'{APPLICATION}[listen]\nnames = ["shop", "{name}"]\npublic_names = ["{name}"]'
    assert violations(text) == [
        ("address", "plures.toml [listen] names"),
        ("address", "plures.toml [listen] public_names"),
    ]


def test_all_that_can_be_written() -> None:
    settings = parse("""
        [application]
        import = "marketplace.app:app"
        data = "var/data"
        [listen]
        public = "0.0.0.0:80"
        control = "[::1]:0"
        names = ["shop.internal", "shop_1", "10.0.0.5"]
        public_names = ["shop.example"]
        [topology.monolith]
        everything = { capabilities = ["*"] }
        [topology.sale]
        search = { capabilities = ["search"], replicas = { min = 2, max = 4 } }
        reviews = { capabilities = ["reviews", "profile"], replicas = 3 }
        tax = { capabilities = ["tax"], external = "http://127.0.0.1:9100/" }
        pages = { edge = true }
        shop = { capabilities = ["*"], edge = false }
        [topology.sale.notifications]
        capabilities = ["notifications"]
        command = "node 'notifications/dist/main.js'"
        environment = { LOG = "debug" }
    """)
    assert settings.data == Path("var/data")
    assert settings.public == Address("0.0.0.0", 80)
    assert settings.control == Address("::1", 0)
    assert str(settings.control) == "[::1]:0"
    assert settings.names == ("shop.internal", "shop_1", "10.0.0.5")
    assert settings.public_names == ("shop.example",)
    assert settings.topology().processes == (Process("everything", ("*",)),)
    assert settings.topology("sale").processes == (
        Process("search", ("search",), replicas=Replicas(2, 4)),
        Process("reviews", ("reviews", "profile"), replicas=Replicas(3, 3)),
        Process("tax", ("tax",), external="http://127.0.0.1:9100"),
        Process("pages", (), edge=True),
        Process("shop", ("*",), edge=False),
        Process(
            "notifications",
            ("notifications",),
            command="node 'notifications/dist/main.js'",
            environment={"LOG": "debug"},
        ),
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2", Replicas(2, 2)),
        ("{ min = 2 }", Replicas(2, 2)),
        ("{ max = 2 }", Replicas(1, 2)),
        ("{ min = 2, max = 2 }", Replicas(2, 2)),
        ("{}", Replicas(1, 1)),
        (
            "{ max = 9, cpu = 0.5, in_flight = 8, cool_down_s = 300 }",
            Replicas(1, 9, cpu=0.5, in_flight=8, cool_down_s=300),
        ),
    ],
)
def test_replicas(written: str, expected: Replicas) -> None:
    settings = parse(f'{APPLICATION}[topology.t]\nmain = {{ capabilities = ["*"], replicas = {written} }}')
    assert settings.topology("t").processes[0].replicas == expected


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "plures.toml [application] import", "is missing"),
        ("application = 1", "plures.toml application", "is a whole number where a table belongs"),
        ("[application]\nimport = ['a:b']", "plures.toml [application] import", "is a list where a string belongs"),
        ("[application]\nimport = 'shop.app'", "plures.toml [application] import", "is not an import string"),
        ("[application]\nimport = 'shop/app.py:app'", "plures.toml [application] import", "is not an import string"),
        ("[application]\nimport = 'shop..app:app'", "plures.toml [application] import", "is not an import string"),
        ("[application]\nimport = 'shop.app:app()'", "plures.toml [application] import", "is not an import string"),
        ("[application]\nimport = ':app'", "plures.toml [application] import", "is not an import string"),
        ("[application]\nimport = ''", "plures.toml [application] import", "is not an import string"),
        (
            APPLICATION + "data = 2026-11-22",
            "plures.toml [application] data",
            "is a date or time where a string belongs",
        ),
        (APPLICATION + "date = 'x'", "plures.toml [application] date", "not a key that Plures knows"),
        (APPLICATION + "[aplication]", "plures.toml aplication", "not a key that Plures knows"),
    ],
)
def test_one_thing_wrong_with_the_application(text: str, where: str, what: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert without_line(caught.value.violations[0].where) == where
    assert what in caught.value.violations[0].what


@pytest.mark.parametrize(
    "address",
    [
        "8000",
        ":8000",
        "localhost",
        "localhost:",
        "localhost:http",
        "localhost:65536",
        "::1:8000",
        "[::1]",
        "[x]:1",
        "a b:1",
        "-a:1",
    ],
)
def test_what_is_not_an_address_to_listen_on(address: str) -> None:
    assert violations(f'{APPLICATION}[listen]\npublic = "{address}"') == [("address", "plures.toml [listen] public")]


def test_the_listeners_need_different_addresses() -> None:
    assert violations(f'{APPLICATION}[listen]\ncontrol = "127.0.0.1:8000"') == [
        ("address", "plures.toml [listen] control")
    ]
    both_free = parse(f'{APPLICATION}[listen]\npublic = "localhost:0"\ncontrol = "localhost:0"')
    assert both_free.public == both_free.control


@pytest.mark.parametrize(
    ("process", "rule", "key"),
    [
        ("{ }", "required", "capabilities"),
        ("{ capabilities = [] }", "empty", "capabilities"),
        ("{ capabilities = [], edge = false }", "empty", "capabilities"),
        ('{ capabilities = "a" }', "type", "capabilities"),
        ('{ capabilities = ["a", 1] }', "type", "capabilities"),
        ('{ capabilities = ["a"], replicas = 0 }', "replicas", "replicas"),
        ('{ capabilities = ["a"], replicas = true }', "type", "replicas"),
        ('{ capabilities = ["a"], replicas = "2" }', "type", "replicas"),
        ('{ capabilities = ["a"], replicas = { min = 3, max = 2 } }', "replicas", "replicas"),
        ('{ capabilities = ["a"], replicas = { min = 0 } }', "replicas", "replicas"),
        ('{ capabilities = ["a"], replicas = { min = 1.0 } }', "type", "replicas.min"),
        ('{ capabilities = ["a"], replicas = { mix = 1 } }', "unknown_key", "replicas.mix"),
        ('{ capabilities = ["a"], edge = 1 }', "type", "edge"),
        ('{ capabilities = ["a"], external = "127.0.0.1:9100" }', "address", "external"),
        ('{ capabilities = ["a"], external = "ftp://host" }', "address", "external"),
        ('{ capabilities = ["a"], external = "http://host/path" }', "address", "external"),
        ('{ capabilities = ["a"], external = "http://user@host" }', "address", "external"),
        ('{ capabilities = ["a"], external = "http://host:99999" }', "address", "external"),
        ('{ capabilities = ["a"], external = "http://[::1" }', "address", "external"),
        ('{ capabilities = ["a"], external = "http://" }', "address", "external"),
        ('{ capabilities = ["a"], command = "" }', "command", "command"),
        ('{ capabilities = ["a"], command = "node \'x" }', "command", "command"),
        ('{ capabilities = ["a"], command = ["node"] }', "type", "command"),
        ('{ capabilities = ["a"], command = "node x", external = "http://h" }', "external_and_command", "command"),
        ('{ capabilities = ["a"], environment = { A = 1 } }', "type", "environment.A"),
        ('{ capabilities = ["a"], environment = { "A=B" = "1" } }', "environment", "environment.A=B"),
        ('{ capabilities = ["a"], replica = 2 }', "unknown_key", "replica"),
    ],
)
def test_one_thing_wrong_with_a_process(process: str, rule: str, key: str) -> None:
    text = f"{APPLICATION}[topology.sale]\nmain = {process}"
    assert violations(text) == [(rule, f"plures.toml [topology.sale] main.{key}")]


@pytest.mark.parametrize(
    ("written", "rule", "where"),
    [
        ("[topology.sale]", "empty", "plures.toml [topology.sale]"),
        ("[topology]\nsale = 1", "type", "plures.toml [topology] sale"),
        ("[topology.sale]\nmain = 1", "type", "plures.toml [topology.sale] main"),
    ],
)
def test_topologies_without_processes(written: str, rule: str, where: str) -> None:
    assert (rule, where) in violations(APPLICATION + written)


def test_a_misspelt_key_is_corrected() -> None:
    with pytest.raises(InvalidInput, match="Did you mean 'capabilities'"):
        parse(f'{APPLICATION}[topology.sale]\nmain = {{ capabilites = ["*"] }}')


def test_everything_wrong_is_reported_at_once() -> None:
    text = """
        [application]
        import = "shop"
        [listen]
        public = "80"
        [topology.sale]
        search = { capabilities = [], replicas = { min = 4, max = 2 } }
        tax = { capabilities = ["tax"], external = "x", command = "y" }
    """
    assert violations(text) == [
        ("address", "plures.toml [listen] public"),
        ("import", "plures.toml [application] import"),
        ("empty", "plures.toml [topology.sale] search.capabilities"),
        ("replicas", "plures.toml [topology.sale] search.replicas"),
        ("address", "plures.toml [topology.sale] tax.external"),
        ("external_and_command", "plures.toml [topology.sale] tax.command"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[application\nimport = 'a:b'", "line 1, column 13"),
        ("a = 1\na = 2\nb = 3", "line 2, column 6"),
        ("a = [", "at end of document, line 1"),
        ("a = 1\nb = [\n", "at end of document, line 2"),
        ("a = " + "1" * 5000, "4300 digits"),
        ("a = " + "[" * 5000, "is not TOML"),  # each Python words it differently
        ("\x00", "line 1"),
    ],
    ids=[
        "unclosed header",
        "twice",
        "unclosed list",
        "unclosed list further below",
        "endless number",
        "endless list",
        "zero byte",
    ],
)
def test_what_is_not_toml(text: str, what: str) -> None:
    with pytest.raises(InvalidInput, match="not TOML") as caught:
        parse(text)
    assert [violation.code for violation in caught.value.violations] == ["topology.syntax"]
    assert what in caught.value.violations[0].what


def test_a_file_says_its_name_and_is_where_relative_folders_begin(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(APPLICATION)
    assert parse(path).data == tmp_path / ".plures"
    path.write_text('[application]\nimport = "a:b"\ndata = "/srv/data"')
    assert parse(path).data == Path("/srv/data")
    path.write_text("[application]")
    assert violations(path) == [("required", "other.toml [application] import")]


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "plures.toml"
    path.write_bytes(b"\xef\xbb\xbf" + APPLICATION.encode())
    assert parse(path).application == parse(APPLICATION).application
    path.write_bytes(b"\xef\xbb\xbf[application\n")
    with pytest.raises(InvalidInput, match="line 1, column 13"):
        parse(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "not UTF-8 text: .* in line 1"),
        (b"a = 1\nb = '\xe4'", "not UTF-8 text: .* in line 2"),
        ("folder", "Is a directory"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes | str | None, what: str) -> None:
    path = tmp_path / "plures.toml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    with pytest.raises(InvalidInput, match=what) as caught:
        parse(path)
    assert [violation.code for violation in caught.value.violations] == ["topology.file"]
    assert str(path) in str(caught.value)


def test_a_topology_that_is_not_in_the_file() -> None:
    settings = parse(f'{APPLICATION}[topology.sale]\nmain = {{ capabilities = ["*"] }}')
    with pytest.raises(
        UnknownTopology, match=r"plures.toml has monolith, sale\n  fix: Did you mean 'sale'\?"
    ) as caught:
        settings.topology("sail")
    assert caught.value.code == "topology.unknown"
