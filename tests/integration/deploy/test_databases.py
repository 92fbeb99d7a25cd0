"""From plures.toml to rows on a real server: prepared by the command, used by replicas, kept from everything else."""

import asyncio
import json
import os
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from plures.cli import main
from plures.deploy import RunningProcesses, local_processes
from plures.deploy.errors import ReplicaFailed
from plures.topology import parse
from tests.access import shown
from tests.postgres import Postgres, running

from .support import Journal

APP = "till_app:app"
TOML = """
[application]
import = "till_app:app"
database = "main"

[databases.main]
url = "${BANK_URL}"
most_connections = 20

[topology.split]
till = { capabilities = ["till"], replicas = 2 }
safe = { capabilities = ["safe"] }
spy = { capabilities = ["spy"] }
"""
_numbers = count(1)


class Bank:
    """A project in a folder, and a new database for it."""

    def __init__(self, folder: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.database = database
        self.environment = monkeypatch
        self.file = folder / "plures.toml"
        self.data = folder / ".plures"
        self.passwords = self.data / "passwords" / "main"
        self.file.write_text(TOML)

    def plures(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--file", str(self.file)])

    def kept(self) -> dict[str, str]:
        """The passwords by capability."""
        return {name: (self.passwords / name).read_text() for name in ("till", "safe")}

    def prepare(self, *arguments: str) -> Result:
        return self.plures("data", "prepare", "--admin-url-from", "ADMIN_URL", *arguments)


@pytest.fixture
async def bank(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    return await bank_on(postgres, tmp_path, monkeypatch)


async def bank_on(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    database = f"bank{next(_numbers)}"
    await postgres.run(f"CREATE DATABASE {database}")
    monkeypatch.syspath_prepend(Path(__file__).parent)
    url = postgres.url(database=database)
    monkeypatch.setenv("ADMIN_URL", url)
    monkeypatch.setenv("BANK_URL", url.replace("postgres:@", ""))
    return Bank(tmp_path, database, monkeypatch)


async def called(
    running: RunningProcesses, at: tuple[str, ...], operation: str, *, deadline_ms: int = 20_000, **message: int | str
) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        head = {"Connect-Timeout-Ms": str(deadline_ms), **shown(running.token)}
        return await http.post(f"{at[0]}/{operation}", json=message, headers=head)


def in_a_thread(work: Callable[..., Result], *arguments: str) -> Result:
    """The command runs an event loop of its own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *arguments).result()


async def test_replicas_share_what_is_on_the_server(bank: Bank, journal: Journal) -> None:
    result = in_a_thread(bank.prepare, "--json")
    assert result.exit_code == 0, result.output
    assert [one["role"] for one in json.loads(result.output)["capabilities"]] == [
        f"{bank.database}_till",
        f"{bank.database}_safe",
    ]
    topology = parse(bank.file).topology("split")
    async with local_processes(topology, APP, data=bank.data, lines=journal) as started:
        tills = started.endpoints["till"]
        assert len(tills) == 2
        sums = [await called(started, (url,), "databases.till.v1.Till/Put", cents=5) for url in (*tills, *tills)]
        assert [answer.json() for answer in sums] == [{"value": 5 * n} for n in (1, 2, 3, 4)]
        safe = await called(started, started.endpoints["safe"], "databases.safe.v1.Safe/Put", cents=1)
        assert safe.json() == {"value": 1}
        environment = (await called(started, started.endpoints["spy"], "databases.spy.v1.Spy/Environment")).text.split()
        assert "BANK_URL" not in environment
        assert "PATH" in environment
        await started.restart("till")
        assert (await called(started, tills, "databases.till.v1.Till/Put", cents=5)).json() == {"value": 25}
    assert list(bank.data.glob("*.sqlite3")) == []
    for file in (bank.passwords / name for name in ("till", "safe")):
        password = file.read_text().strip()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert password not in result.output
        assert not any(password in line for _, line in journal.lines)


async def test_a_command_that_comes_to_both_replicas_at_once_runs_once(bank: Bank, journal: Journal) -> None:
    in_a_thread(bank.prepare)
    operation = "databases.till.v1.Till/PutOnce"
    async with local_processes(parse(bank.file).topology("split"), APP, data=bank.data, lines=journal) as started:
        tills = started.endpoints["till"]
        for round_ in range(1, 4):
            equal = (called(started, (url,), operation, key=f"k{round_}", cents=7) for url in tills * 5)
            answers = [answer.json() for answer in await asyncio.gather(*equal)]
            assert answers == [{"value": 7 * round_}] * 10
        for url in tills:
            reused = await called(started, (url,), operation, key="k1", cents=8)
            assert (reused.status_code, reused.headers["plures-outcome"]) == (400, "not sent")
            assert reused.json() == {
                "code": "invalid_argument",
                "message": "the key 'k1' belongs to another request, with other values",
                "kind": "call.key_reused",
            }
        await started.restart("till")
        assert (await called(started, tills, operation, key="k3", cents=7)).json() == {"value": 21}


async def test_preparing_again_keeps_passwords_and_rotating_does_not(bank: Bank) -> None:
    first = in_a_thread(bank.prepare)
    assert first.output.count("new password in") == 2
    passwords = bank.kept()
    assert "new password" not in in_a_thread(bank.prepare).output
    assert bank.kept() == passwords
    assert in_a_thread(bank.prepare, "--rotate").output.count("new password in") == 2
    rotated = bank.kept()
    assert not set(rotated.values()) & set(passwords.values())
    # What fails changes no password.
    bank.environment.setenv("ADMIN_URL", os.environ["ADMIN_URL"].replace(bank.database, "postgres"))
    failed = in_a_thread(bank.prepare, "--rotate")
    assert (failed.exit_code, "data.administrator_refused" in failed.output) == (2, True)
    assert bank.kept() == rotated


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "host.secret_missing"),
        ("postgresql://till:tiger@127.0.0.1:port/bank", "host.database_url_wrong"),
        ("postgresql://127.0.0.1:1/bank", "host.not_prepared"),
        ("postgresql://till:tiger@127.0.0.1:1/bank", "data.server_unreachable"),
    ],
)
async def test_a_replica_that_cannot_have_its_database(
    bank: Bank, journal: Journal, url: str | None, reason: str
) -> None:
    if url is None:
        bank.environment.delenv("BANK_URL")
    else:
        bank.environment.setenv("BANK_URL", url)
    assert bank.plures("topology", "check", "split").exit_code == 0
    with pytest.raises(ReplicaFailed) as caught:
        async with local_processes(parse(bank.file).topology("split"), APP, data=bank.data, lines=journal):
            pass
    assert caught.value.reason == reason
    assert "tiger" not in str(caught.value) + str(journal.lines)


async def test_a_server_that_dies_makes_calls_unavailable_until_it_is_back(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = running()
    own = next(servers)
    bank = await bank_on(own, tmp_path, monkeypatch)
    in_a_thread(bank.prepare)
    async with local_processes(parse(bank.file).topology("split"), APP, data=bank.data, lines=journal) as started:
        tills = started.endpoints["till"]
        put = "databases.till.v1.Till/Put"
        assert [(await called(started, (url,), put, cents=1)).status_code for url in tills] == [200, 200]
        own.kill()
        for url in tills:
            gone = await called(started, (url,), put, cents=1)
            assert (gone.status_code, gone.json()["code"]) == (503, "unavailable")
            assert "nothing of it remains" in gone.json()["message"]
        own.start()
        assert [(await called(started, (url,), put, cents=1)).json() for url in tills] == [{"value": 3}, {"value": 4}]
    password = bank.kept()["till"].strip()
    assert not any(password in line for _, line in journal.lines)
    next(servers, None)


async def test_a_server_that_stands_still_holds_up_calls_no_longer_than_their_deadlines(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = running()
    own = next(servers)
    bank = await bank_on(own, tmp_path, monkeypatch)
    assert in_a_thread(bank.prepare).exit_code == 0
    put, look = "databases.till.v1.Till/Put", "databases.spy.v1.Spy/Environment"
    async with local_processes(parse(bank.file).topology("split"), APP, data=bank.data, lines=journal) as replicas:
        till, spy = replicas.endpoints["till"], replicas.endpoints["spy"]
        before = dict(replicas.pids)
        assert [(await called(replicas, (url,), put, cents=1)).json()["value"] for url in till] == [1, 2]
        own.suspend()
        try:
            late = [await called(replicas, (url,), put, deadline_ms=400, cents=1) for url in (*till, *till)]
            assert {answer.json()["code"] for answer in late} <= {"deadline_exceeded", "unavailable"}
            # What needs no database goes on.
            assert (await called(replicas, spy, look)).status_code == 200
        finally:
            own.resume()
        # What was sent before may have happened.
        first, second = [(await called(replicas, (url,), put, cents=1)).json()["value"] for url in till]
        assert first >= 3
        assert second == first + 1
        assert dict(replicas.pids) == before
    next(servers, None)


async def test_an_administrator_is_no_role_for_a_capability(bank: Bank, journal: Journal) -> None:
    in_a_thread(bank.prepare)
    bank.environment.setenv("BANK_URL", os.environ["ADMIN_URL"])
    with pytest.raises(ReplicaFailed) as caught:
        async with local_processes(parse(bank.file).topology("split"), APP, data=bank.data, lines=journal):
            pass
    assert caught.value.reason == "data.role_too_mighty"
    refused = in_a_thread(bank.prepare)
    assert (refused.exit_code, "cli.roles_of_others" in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("ADMIN_URL", "", "cli.no_administrator"),
        ('database = "main"', "", "cli.nothing_to_prepare"),
        ('database = "main"', 'database = "mian"', "topology.database_unknown"),
        ("${BANK_URL}", "${ABSENT}", "host.secret_missing"),
    ],
)
async def test_nothing_is_prepared(bank: Bank, old: str, new: str, code: str) -> None:
    bank.file.write_text(TOML.replace(old, new))
    if old == "ADMIN_URL":
        bank.environment.delenv(old)
    result = in_a_thread(bank.prepare, "--json")
    assert result.exit_code == 2
    assert code in result.output
    assert not bank.data.exists()


async def test_listings_show_references_alone(bank: Bank) -> None:
    bank.environment.setenv("BANK_URL", "postgresql://till:tiger@127.0.0.1:1/bank")
    shown = bank.plures("topology", "show", "split", "--json").output
    assert json.loads(shown)["processes"][0]["servers"] == {"till": "main"}
    assert "till (main)" in bank.plures("topology", "show", "split").output
    assert "tiger" not in shown
