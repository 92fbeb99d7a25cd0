"""The core alone: an application is declared, assembled, called and tested with two packages; what needs more says what to install."""

import sys
from importlib.metadata import requires
from pathlib import Path
from textwrap import dedent

import pytest

from .core_alone import CLI, PYTEST, Environment

SHOP = """
from typing import Protocol
from plures import Application, Capability, Database, Message, Migration, command, contract, query

class Item(Message):
    name: str

@contract("light.shop.v1", owner="tests")
class Shop(Protocol):
    @command()
    async def add(self, item: Item) -> int: ...
    @query()
    async def by_session(self) -> int: ...

class ShopService(Shop):
    def __init__(self, database: Database) -> None:
        self.database = database

    async def add(self, item: Item) -> int:
        async with self.database.write() as connection:
            await connection.execute("INSERT INTO items VALUES (:name)", {"name": item.name})
            return await connection.scalar("SELECT count(*) FROM items")

    async def by_session(self) -> int:
        async with self.database.session():
            return 1

async def page(scope, receive, send): ...

items = Migration(1, "items", ("CREATE TABLE items (name TEXT)",))
app = Application("light", [Capability(Shop, ShopService, migrations=(items,))])
with_page = Application("light", [Capability(Shop, ShopService, migrations=(items,))], edge=page)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("shop")
    (place / "light.py").write_text(SHOP)
    (place / "plures.toml").write_text('[application]\nimport = "light:app"\n')
    return place


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("core"), PYTEST)


@pytest.fixture(scope="module")
def with_cli(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("cli"), CLI)


def test_the_core_is_two_packages() -> None:
    assert [each for each in requires("plures") or () if "extra ==" not in each] == [
        "httptools>=0.6.4",
        "msgspec>=0.21",
    ]


def test_an_application_runs_in_each_placement_and_says_what_the_rest_needs(core: Environment, folder: Path) -> None:
    program = """
        import asyncio, sys, tempfile
        from pathlib import Path
        import plures.testing
        from light import Item, Shop

        async def main():
            for where in plures.testing.EVERYWHERE:
                with tempfile.TemporaryDirectory() as data:
                    async with plures.testing.run("light:app", where, data=Path(data)) as running:
                        assert await running.client(Shop).add(Item("tea")) == 1
                        print(where)
                        if where is plures.testing.Where.IN_PROCESS:
                            try:
                                await running.client(Shop).by_session()
                            except plures.Internal:
                                pass
            for where in (plures.testing.Where.IN_PROCESS, plures.testing.Where.LOCAL_PROCESSES):
                with tempfile.TemporaryDirectory() as data:
                    try:
                        async with plures.testing.run("light:with_page", where, data=Path(data)):
                            print("runs")
                    except plures.PluresError as error:
                        print(str(error))

        asyncio.run(main())
    """
    finished = core.run("-W", "error", "-c", dedent(program), cwd=folder)
    assert finished.returncode == 0, finished.stderr
    said = finished.stdout.splitlines()
    assert said[:4] == ["in process", "in process, checked", "over the wire", "local processes"]
    assert "Cannot serve the edge of the application" in said[4]
    assert "uvicorn is not installed" in said[4]
    assert said[5] == "  fix: Install what it needs: pip install 'plures[cli]'"
    assert any("uvicorn is not installed" in line for line in said[6:]), said
    assert "Cannot use SQLAlchemy on the database of capability 'shop'" in finished.stderr
    assert "pip install 'plures[sqlalchemy]'" in finished.stderr


def test_pytest_alone_is_enough_for_tests_without_await(core: Environment, folder: Path) -> None:
    (folder / "test_light.py").write_text(
        dedent("""
        import pytest
        import plures
        from light import Item, Shop
        from plures.testing import assemble, fake, placements
        import light

        def test_one():
            assert assemble(light.app).name == "light"
            assert fake(Shop) is not None

        def test_fixture_says_what_it_needs():
            with pytest.raises(plures.PluresError) as caught:
                placements("light:app")
            assert caught.value.fix == "Install what it needs: pip install 'plures[testing]'"
            assert "pytest-asyncio and uvicorn are not installed" in caught.value.why
        """)
    )
    finished = core.run("-m", "pytest", "-q", "--plures", "process", "test_light.py", cwd=folder)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize("arguments", [("run",), ("--help",), ("call", "light.shop.v1.Shop/Add", "--json")])
def test_without_its_packages_the_command_says_which_are_missing(
    core: Environment, folder: Path, arguments: tuple[str, ...]
) -> None:
    finished = core.run("-m", "plures", *arguments, cwd=folder)
    assert finished.returncode == 2
    assert finished.stdout == ""
    first, why, fix = finished.stderr.splitlines()
    assert first == "error: Cannot run the command `plures`  [install.extra_missing]"
    # All at once, and where: a package may be in another environment.
    assert f"in {core.folder}, click, rich, uvicorn and uvloop are not installed" in why
    assert fix == "  fix: Install what it needs: pip install 'plures[cli]'"


@pytest.mark.parametrize(
    ("arguments", "extra", "package"),
    [
        (("run", "--reload"), "reload", "watchfiles"),
        (("advise",), "advisor", "markupsafe"),
        (("map",), "advisor", "markupsafe"),
    ],
)
def test_a_command_without_its_extra_names_it(
    with_cli: Environment, folder: Path, arguments: tuple[str, ...], extra: str, package: str
) -> None:
    finished = with_cli.run("-m", "plures", *arguments, cwd=folder)
    assert finished.returncode == 2
    assert f"{package} is not installed" in finished.stderr
    assert f"pip install 'plures[{extra}]'" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_what_the_command_needs_is_enough_for_it(with_cli: Environment, folder: Path) -> None:
    for arguments in (("topology", "show"), ("data", "check"), ("contract", "show"), ("new", "hello")):
        finished = with_cli.run("-W", "error", "-m", "plures", *arguments, cwd=folder)
        assert (finished.returncode, finished.stderr) == (0, ""), (arguments, finished.stdout, finished.stderr)


@pytest.mark.parametrize("version", ["0.20.0", "0.55.0"])
def test_a_package_of_another_lock_is_told_from_one_that_is_missing(tmp_path: Path, folder: Path, version: str) -> None:
    environment = Environment(tmp_path / "old", CLI)
    (own,) = environment.site.glob("uvicorn-*.dist-info")
    own.unlink()
    (environment.site / f"uvicorn-{version}.dist-info").mkdir()
    (environment.site / f"uvicorn-{version}.dist-info" / "METADATA").write_text(f"Name: uvicorn\nVersion: {version}\n")
    finished = environment.run("-m", "plures", "run", cwd=folder)
    assert finished.returncode == 2
    assert f"in {tmp_path / 'old'}, uvicorn is {version}, and <0.55,>=0.30 is needed" in finished.stderr
    assert finished.stderr.count("\n") == 3


def test_the_tests_have_the_interpreter_to_themselves(core: Environment, folder: Path) -> None:
    """Else what is installed beside the tests would be found, and this file would prove nothing."""
    finished = core.run(
        "-c", "import importlib.util as u; print([n for n in ('click', 'sqlalchemy') if u.find_spec(n)])", cwd=folder
    )
    assert finished.stdout == "[]\n"
    assert sys.prefix not in core.run("-c", "import sys; print(sys.path)", cwd=folder).stdout
