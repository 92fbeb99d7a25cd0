"""`run`, as a program: what it prints, how it ends, and mistakes as sentences."""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from .support import PATIENCE_S, until

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from plures.application import assemble, load
from plures.deploy import Deployment, log_to_stderr, run
from plures.errors import PluresError
from plures.topology import check, parse

log_to_stderr()
try:
    settings = parse(Path(sys.argv[1]))
    assembly = assemble(load(settings.application))
    sys.exit(run(Deployment(assembly, check(settings.topology("it"), assembly.facts), settings)))
except PluresError as error:
    sys.exit(str(error))
"""
ONE = 'main = { capabilities = ["*"] }'
TWO = 'office = { capabilities = ["clerk"] }\nfront = { capabilities = ["*"] }'


class Program:
    """A running program and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""
        self._reading = asyncio.create_task(self._read())

    async def url(self) -> str:
        """Where the edge answers, once it does."""
        pattern = r"(?:greeting|the application): (http\S+)"
        await until(lambda: re.search(pattern, self.output) is not None)
        return re.search(pattern, self.output)[1]

    async def status(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            await self._reading
            return await self.process.wait()

    async def _read(self) -> None:
        while chunk := await self.process.stdout.read(65536):
            self.output += chunk.decode()


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    programs: list[Program] = []

    async def start(topology: str, listen: str = 'public = "127.0.0.1:0"\ncontrol = "127.0.0.1:0"') -> Program:
        text = f'[application]\nimport = "greeting_app:app"\n[listen]\n{listen}\n[topology.it]\n{topology}\n'
        (tmp_path / "plures.toml").write_text(text)
        code = PROGRAM.format(here=str(Path(__file__).parent))
        pipe = asyncio.subprocess.PIPE
        arguments = (sys.executable, "-c", code, str(tmp_path / "plures.toml"))
        programs.append(
            Program(await asyncio.create_subprocess_exec(*arguments, stdout=pipe, stderr=asyncio.subprocess.STDOUT))
        )
        return programs[-1]

    yield start
    for it in programs:
        if it.process.returncode is None:
            it.process.kill()
        await it.status()


@pytest.mark.parametrize("topology", [ONE, TWO], ids=["one process", "local processes"])
async def test_a_signal_answers_what_is_in_flight(program, http, topology):
    it = await program(topology)
    url = await it.url()
    asking = [asyncio.create_task(http.get(f"{url}/1/Ada")) for _ in range(20)]
    await http.get(f"{url}/Ada")
    await asyncio.sleep(0.3)
    it.process.send_signal(signal.SIGTERM)
    answers = await asyncio.gather(*asking)
    assert sorted(int(answer.text.split()[3]) for answer in answers) == list(range(2, 22))
    assert await it.status() == 0
    assert "Traceback" not in it.output


@pytest.mark.parametrize("topology", [ONE, TWO], ids=["one process", "local processes"])
async def test_a_second_signal_hurries(program, http, topology):
    it = await program(topology)
    asking = asyncio.create_task(http.get(f"{await it.url()}/3600/Ada"))
    await http.get(f"{await it.url()}/Ada")
    await asyncio.sleep(0.3)
    it.process.send_signal(signal.SIGINT)
    await until(lambda: "stopping" in it.output)
    it.process.send_signal(signal.SIGINT)
    with pytest.raises(httpx.HTTPError):
        await asking
    assert await it.status() == 130
    assert "Traceback" not in it.output


@pytest.mark.parametrize("office", ['external = "http://127.0.0.1:1"', ""], ids=["one process", "local processes"])
async def test_a_maximum_of_replicas_has_no_effect_yet(program, office):
    front = 'front = { capabilities = ["*"], replicas = { min = 1, max = 3 } }'
    it = await program(f'office = {{ capabilities = ["clerk"]{", " + office if office else ""} }}\n{front}')
    await it.url()
    assert "front runs 1 replica; max = 3 has no effect on local processes yet\n" in it.output


@pytest.mark.parametrize("topology", [ONE, TWO], ids=["one process", "local processes"])
async def test_a_port_that_was_named_and_is_taken(program, topology):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        it = await program(topology, f'public = "127.0.0.1:{port}"\ncontrol = "127.0.0.1:0"')
        assert await it.status() == 1
    assert it.output.startswith(f"Cannot listen on port {port} of 127.0.0.1: another program listens there\n  fix: ")
    assert "Traceback" not in it.output


@pytest.mark.parametrize("topology", [ONE, TWO], ids=["one process", "local processes"])
async def test_a_start_that_fails(program, topology, tmp_path):
    (tmp_path / ".plures").write_text("this is no folder")
    it = await program(topology)
    assert await it.status() == 1
    assert "Cannot open the database of capability 'clerk'" in it.output
    assert "fix: Make the folder writable" in it.output
    assert "Traceback" not in it.output
