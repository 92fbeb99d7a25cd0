"""A terminal that closes stops the application as politely as SIGTERM, unless it runs under nohup."""

import asyncio
import fcntl
import os
import re
import signal
import termios
from functools import partial

import pytest

from .programs import ONE, TWO, command_line
from .support import PATIENCE_S

IN_EACH = pytest.mark.parametrize("topology", [ONE, TWO], ids=["one process", "local processes"])


async def in_flight(http, url: str) -> "asyncio.Task":
    """A request that is answered in a second, by a call to another capability."""
    asking = asyncio.create_task(http.get(f"{url}/1/Ada"))
    await http.get(f"{url}/Ada")
    await asyncio.sleep(0.3)
    return asking


@IN_EACH
async def test_what_is_in_flight_is_answered(program, http, topology):
    it = await program(topology)
    asking = await in_flight(http, await it.url())
    it.process.send_signal(signal.SIGHUP)
    assert (await asking).status_code == 200
    assert await it.status() == 0
    assert "Traceback" not in it.output


@IN_EACH
@pytest.mark.parametrize("first", [signal.SIGHUP, signal.SIGTERM])
async def test_a_hang_up_never_hurries(program, http, topology, first):
    """The kernel and the shell send one each, and systemd sends one after SIGTERM."""
    it = await program(topology)
    asking = await in_flight(http, await it.url())
    for number in (first, signal.SIGHUP, signal.SIGHUP):
        it.process.send_signal(number)
        await asyncio.sleep(0.1)
    assert (await asking).status_code == 200
    assert await it.status() == 0


@IN_EACH
async def test_under_nohup_it_goes_on(program, http, topology):
    it = await program(topology, before=partial(signal.signal, signal.SIGHUP, signal.SIG_IGN))
    url = await it.url()
    it.process.send_signal(signal.SIGHUP)
    assert (await http.get(f"{url}/1/Ada")).status_code == 200
    assert "stopping" not in it.output
    it.process.send_signal(signal.SIGTERM)
    assert await it.status() == 0


@IN_EACH
async def test_a_terminal_that_is_gone(tmp_path, http, topology):
    """It can be written to no more; that must not get into the way of stopping."""
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *command_line(tmp_path, topology),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=partial(fcntl.ioctl, theirs, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    try:
        said = ""
        while (url := re.search(r"(?:greeting|the application): (http\S+?)\s", said)) is None:
            said += (await asyncio.to_thread(os.read, ours, 4096)).decode()
        asking = await in_flight(http, url[1])
        os.close(ours)
        assert (await asking).status_code == 200
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
