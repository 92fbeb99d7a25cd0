"""`run`, as a program: what it prints, how it ends, and mistakes as sentences."""

import asyncio
import signal
import socket

import httpx
import pytest

from .programs import ONE, TWO
from .support import until


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
