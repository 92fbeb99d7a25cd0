"""`[build]` of plures.toml, and one process of a topology on a machine of its own."""

from pathlib import Path

import pytest

from plures.errors import InvalidInput
from plures.topology import Replicas, ResolvedProcess, ResolvedTopology, alone, parse, parse_base, parse_platform

DIGEST = f"sha256:{'a' * 64}"


def build(text: str) -> str:
    return f'[application]\nimport = "shop.app:app"\n[build]\n{text}\n'


def test_all_of_it_is_read() -> None:
    told = parse(build(f'base = "registry.example:5000/python:3@{DIGEST}"\npython = "3.12"\nplatform = "linux/arm/v7"\nfiles = ["shop", "./data/"]\nenvironment = {{ A = "1" }}\nprocesses = {{ tax = {{ command = "make", files = ["bin"], base = "oci:bases/node" }} }}')).images  # fmt: skip
    assert told.base is not None
    assert (told.base.path, told.base.digest) == (None, DIGEST)
    assert (told.python, told.platform, told.files) == ("3.12", ("linux", "arm", "v7"), ("shop", "data"))
    assert told.environment == {"A": "1"}
    tax = told.processes["tax"]
    assert (tax.command, tax.files) == ("make", ("bin",))
    assert tax.base is not None
    assert (tax.base.path, tax.base.digest) == (Path("bases/node"), "")


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ('base = "python:3.11"', "topology.build_base", "base"),
        ('base = "python@sha256:12"', "topology.build_base", "base"),
        ('platform = "windows/amd64"', "topology.build_platform", "platform"),
        ('python = "3"', "topology.build_python", "python"),
        ('name = "Shop"', "topology.build_name", "name"),
        ('files = ["../other"]', "topology.build_path", "files"),
        ('lock = "/etc/lock"', "topology.build_path", "lock"),
        ('processes = { tax = { base = "python" } }', "topology.build_base", "processes.tax.base"),
        ('projets = ["."]', "topology.unknown_key", "projets"),
    ],
)
def test_what_is_wrong_is_told(text: str, code: str, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(build(text))
    (violation,) = refused.value.violations
    assert violation.code == code
    assert violation.where.endswith(f"[build] {where}")


def test_bases_and_platforms_of_the_command_line() -> None:
    layout = parse_base(f"oci:a/b@{DIGEST}", Path("/home"))
    assert layout is not None
    assert (layout.path, layout.digest) == (Path("/home/a/b"), DIGEST)
    assert parse_base("python", Path()) is None
    assert parse_platform("linux/arm64") == ("linux", "arm64")
    assert parse_platform("linux") is None


def test_one_process_sees_the_others_elsewhere() -> None:
    def process(name: str, *, external: str | None = None, command: str | None = None) -> ResolvedProcess:
        return ResolvedProcess(
            name,
            (name,),
            replicas=Replicas(2, 4),
            edge=False,
            exclusive=False,
            external=external,
            command=command,
            environment={"A": "1"},
        )

    given = [
        process("search"),
        process("cart"),
        process("tax", external="https://tax.example"),
        process("mail", command="node m"),
    ]
    split = ResolvedTopology("split", {each.name: each for each in given})
    seen = alone(split, "search", "https://{process}.shop:8001").processes
    assert {name: each.external for name, each in seen.items()} == {
        "search": None,
        "cart": "https://cart.shop:8001",
        "tax": "https://tax.example",
        "mail": "https://mail.shop:8001",
    }
    assert seen["mail"].command is None
    assert (seen["search"].replicas, dict(seen["search"].environment)) == (Replicas(), {})
