"""Two runs that call each other over TLS, as on two machines: one of them is renewed under load, and no call fails."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner

from plures.application import assemble
from plures.cli import main
from plures.deploy import ListenAddresses, hosting
from plures.deploy.serving import ServedHost
from plures.errors import Outcome, PeerUntrusted
from plures.host import Host, Placement
from plures.tls.authority import Authority, make_authority
from plures.tls.contexts import Pair
from plures.topology import PlacedTls, Tls
from tests.certificates import DAY, NOW, authority, written

from .greeting_app import Clerk, app
from .programs import Program, command_line, start
from .support import until

FAR = "127.0.0.3"


@asynccontextmanager
async def office(data: Path, tls: Tls) -> AsyncIterator[ServedHost]:
    """The clerk, on the other machine."""
    addresses = ListenAddresses(control_host=FAR, control_port=0, is_sealed=True)
    placement = Placement(frozenset({"clerk"}), False, data, tls=PlacedTls(tls, "office", (FAR,)))
    async with hosting(assemble(app), placement, addresses) as served:
        yield served


@asynccontextmanager
async def caller(data: Path, tls: Tls, url: str, process: str = "office") -> AsyncIterator[Host]:
    placed = PlacedTls(tls, "front", peers={url: process})
    host = Host(assemble(app), Placement(frozenset(), False, data, endpoints={"clerk": (url,)}, tls=placed))
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


async def test_a_renewal_under_load_fails_no_call(tmp_path: Path) -> None:
    own = tmp_path / "tls"
    issuer = make_authority(own, "greeting", NOW)
    # One gets its certificates from files, which are written anew, the other from the authority, which is replaced.
    certificate, key, trust = written(for_office(issuer), tmp_path / "files")
    calls, failures = 0, []

    async with (
        office(tmp_path / "far", Tls(certificate=certificate, key=key, trust=trust)) as served,
        caller(tmp_path / "near", Tls(own), served.control_url) as host,
    ):
        clerk: Clerk = host.client(Clerk)
        is_over = asyncio.Event()

        async def load(name: str) -> None:
            nonlocal calls
            while not is_over.is_set():
                try:
                    await clerk.enter(name)
                except Exception as error:  # noqa: BLE001 - each one counts
                    failures.append(error)
                calls += 1

        loads = [asyncio.create_task(load(str(number))) for number in range(8)]
        for _ in range(5):
            reached = calls + 40
            await until(lambda reached=reached: calls > reached)
            written(for_office(issuer), tmp_path / "files")
            for each in (served.host, host):
                assert each.identity is not None
                before = each.identity.contexts
                each.identity.look()
                assert (each.identity.contexts is not before) == (each is served.host)
            # Their age is over.
            for connection in host._transport._open:
                connection.ends_at = monotonic()
        make_authority(own, "greeting", NOW, replace=True)
        host.identity.look()
        reached = calls + 40
        await until(lambda: calls > reached)
        is_over.set()
        await asyncio.gather(*loads)
    assert failures == []


def for_office(issuer: Authority) -> Pair:
    return issuer.issue("spiffe://greeting/office", [FAR], DAY, NOW)


async def test_the_wrong_process_is_not_called(tmp_path: Path) -> None:
    make_authority(tmp_path / "tls", "greeting", NOW)
    tls = Tls(tmp_path / "tls")
    async with (
        office(tmp_path / "far", tls) as served,
        caller(tmp_path / "near", tls, served.control_url, "archive") as host,
    ):
        with pytest.raises(
            PeerUntrusted, match="is of spiffe://greeting/office and spiffe://greeting/archive"
        ) as caught:
            await host.client(Clerk).enter("Ada")
    assert caught.value.outcome is Outcome.NOT_SENT
    assert "plures tls show" in caught.value.fix


async def test_two_runs_call_each_other_by_tls(tmp_path: Path, http) -> None:
    authority(tmp_path / "tls", "greeting")

    async def run(name: str, host: str, topology: str) -> Program:
        (tmp_path / name).mkdir()
        listen = f'public = "127.0.0.1:0"\ncontrol = "{host}:0"\n[tls]\nauthority = "../tls"'
        return await start(command_line(tmp_path / name, topology, listen))

    # Of its certificate it is known who the other run is.
    may_call = '[access.callers.front]\nmay_call = ["clerk"]'
    far = await run("far", FAR, f'office = {{ capabilities = ["*"] }}\n{may_call}')
    programs = [far]
    try:
        await until(lambda: re.search(r"calls: https\S+\n", far.output) is not None)
        at = re.search(r"calls: (https://\S+)", far.output)[1]
        near = await run(
            "near",
            "127.0.0.2",
            f'office = {{ capabilities = ["clerk"], external = "{at}" }}\nfront = {{ capabilities = ["*"] }}',
        )
        programs.append(near)
        url = await near.url()
        answers = await asyncio.gather(*(http.get(f"{url}/Ada") for _ in range(10)))
        assert sorted(int(answer.text.split()[3].rstrip(",")) for answer in answers) == list(range(1, 11))
        arguments = ["call", "greeting.clerk.v1.Clerk/Enter", "name=Bea", "--data", str(tmp_path / "near" / ".plures")]
        called = await asyncio.to_thread(CliRunner().invoke, main, arguments)
        assert '"count": 1' in called.output, called.output
    finally:
        for program in programs:
            program.process.terminate()
    for program in programs:
        assert await program.status() == 0
        assert "Traceback" not in program.output
