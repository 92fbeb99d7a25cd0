"""Processes in other languages: environment, readiness, logs, and an end that takes everything with it."""

import os
import shlex
import shutil
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from plures.deploy import SupervisorOptions
from plures.deploy.errors import CommandMissing, ReplicaDied
from plures.deploy.supervisor.children.guardian import descendants
from plures.deploy.supervisor.local_processes import running
from plures.deploy.supervisor.supervisor import Supervisor
from plures.topology import Address
from tests.integration.deploy.support import alive, open_descriptors, until

from .conftest import STAND_IN
from .plans import plan, process, settings_for

FILE = str(Path(__file__).with_name("foreign.py"))
FOREIGN = shlex.join([sys.executable, "-S", FILE])


async def test_finds_its_way_by_the_environment(run, http, journal):
    tax = process("tax", command=FOREIGN, environment={"COLOR": "teal"})
    processes = await run(process("search-index"), tax, process("bank", external="http://127.0.0.1:9"))
    url = processes.endpoints["tax"][0]
    told = (await http.get(f"{url}/anything")).json()
    assert url == f"http://{told['PLURES_CONTROL_ADDRESS']}"
    assert url.endswith(f":{told['PORT']}")
    assert told["PLURES_SEARCH_INDEX_URL"] == processes.endpoints["search-index"][0]
    assert told["PLURES_BANK_URL"] == "http://127.0.0.1:9"
    assert "PLURES_TAX_URL" not in told
    assert told["COLOR"] == "teal"
    assert told["PLURES_PROCESS"] == "tax.1"
    assert (told["PLURES_GRACE_S"], told["PLURES_LOG_FORMAT"], told["PLURES_LOG_LEVEL"]) == ("20", "text", "info")
    assert journal.of("tax.1")[0] == "foreign service is up"


async def test_a_folder_for_its_data_is_made_for_this_user_alone(run, http, tmp_path):
    processes = await run(process("tax", command=FOREIGN))
    told = (await http.get(f"{processes.endpoints['tax'][0]}/anything")).json()
    folder = Path(told["PLURES_TAX_DATA"])
    assert folder.is_relative_to(tmp_path)
    assert folder.parts[-2:] == ("commands", "tax")
    modes = [stat.S_IMODE(os.stat(each).st_mode) for each in (folder, folder.parent)]  # noqa: PTH116
    assert modes == [0o700, 0o700]


async def test_a_program_that_pip_installed_is_found_without_an_activated_environment(run, http):
    outside = {"PATH": "/nowhere"}
    script = shlex.join([f"python{sys.version_info.major}", "-S", FILE])
    processes = await run(process("tax", command=script, environment=outside))
    assert processes.endpoints["tax"]
    listens = "require('http').createServer((q, a) => a.end('node')).listen(process.env.PORT, '127.0.0.1')"
    processes = await run(process("mail", command=shlex.join(["node", "-e", listens]), environment=outside))
    assert (await http.get(processes.endpoints["mail"][0])).text == "node"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
async def test_an_ipv6_address_is_one_that_every_language_reads(http, tmp_path, journal):
    there = Address("::1", 0)
    foreign = process("tax", command=f"{FOREIGN} ::1")
    settings = replace(settings_for(None, tmp_path), control=there)
    async with running(
        Supervisor(plan(process("search"), foreign), settings, SupervisorOptions(replica=STAND_IN), journal)
    ) as it:
        told = (await http.get(f"{it.endpoints['tax'][0]}/anything")).json()
    assert told["PLURES_CONTROL_ADDRESS"] == f"[::1]:{told['PORT']}"
    assert told["PLURES_SEARCH_URL"].startswith("http://[::1]:")
    assert f"asked by [::1]:{told['PORT']}" in journal.of("tax.1")


async def test_runs_in_the_folder_of_the_settings(tmp_path, journal):
    (tmp_path / "deep").mkdir()
    shutil.copy(FILE, tmp_path / "deep" / "tax.py")
    program = tmp_path / "deep" / "serve"
    program.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -S tax.py\n")
    program.chmod(0o755)
    settings = replace(settings_for(None, tmp_path), folder=tmp_path / "deep")
    by_path = process("mail", command="serve", environment={"PATH": f".{os.pathsep}{os.environ['PATH']}"})
    for it in (process("tax", command="./serve"), by_path):
        async with running(Supervisor(plan(it), settings, SupervisorOptions(), journal)) as processes:
            assert processes.pids
    assert journal.of("mail.1")[0] == "foreign service is up"


async def test_what_it_prints_appears_at_once(run, journal):
    await run(process("tax", command=FOREIGN))
    await until(lambda: any(line.startswith("asked by") for line in journal.of("tax.1")))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
@pytest.mark.parametrize("end", ["stop", "kill", "exit"])
async def test_what_it_left_in_the_background_ends_with_it(supervisor, http, journal, end):
    it = supervisor(process("tax", command=f"sh -c 'setsid sleep 3600 & exec {FOREIGN}'"))
    await it.start()
    guardian = it.pids["tax.1"]
    [daemon] = [pid for pid in descendants(guardian) if os.getsid(pid) == pid]
    if end == "kill":
        it.kill("tax")
    elif end == "exit":
        os.kill((await http.get(it.endpoints["tax"][0])).json()["pid"], signal.SIGKILL)
    if end != "stop":
        await until(lambda: not alive(daemon))
    await it.stop()
    assert not alive(daemon)
    if end != "kill":
        told = (
            f"left in the background, and ended with the command: sleep (process {daemon}); start it in the foreground"
        )
        assert told in journal.of("tax.1")


async def test_our_replicas_get_their_environment(run, http):
    processes = await run(process("search", environment={"COLOR": "teal"}))
    assert (await http.get(f"{processes.endpoints['search'][0]}/config")).json()["color"] == "teal"


async def test_comes_back_when_it_dies_with_all_it_started(run, http):
    processes = await run(process("tax", command=FOREIGN))
    url, guardian = processes.endpoints["tax"][0], processes.pids["tax.1"]
    first = (await http.get(url)).json()
    processes.kill("tax")
    await until(lambda: not alive(first["pid"]) and not alive(first["child"]))
    await until(lambda: processes.pids.get("tax.1", guardian) != guardian and processes.endpoints["tax"] == (url,))
    second = (await http.get(url)).json()
    assert second["pid"] != first["pid"]


async def test_restarts_at_the_same_address(run, http):
    processes = await run(process("tax", command=FOREIGN))
    url, pids = processes.endpoints["tax"][0], processes.pids
    await processes.restart("tax")
    assert processes.endpoints["tax"] == (url,)
    assert processes.pids != pids


async def test_stops_as_a_group_and_leaves_nothing_behind(supervisor, http):
    before = open_descriptors()
    it = supervisor(process("tax", command=FOREIGN))
    await it.start()
    pids = (await http.get(it.endpoints["tax"][0])).json()
    await http.aclose()
    await it.stop()
    assert not alive(pids["pid"])
    assert not alive(pids["child"])
    assert open_descriptors() == before


async def test_a_program_that_ignores_sigterm_is_killed(supervisor, http):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); import runpy; runpy.run_path({!r})"
    command = shlex.join([sys.executable, "-S", "-c", deaf.format(str(Path(__file__).with_name("foreign.py")))])
    it = supervisor(process("tax", command=command), grace_s=0.3)
    await it.start()
    pid = (await http.get(it.endpoints["tax"][0])).json()["pid"]
    await it.stop()
    assert not alive(pid)


async def test_a_missing_program_is_a_sentence(supervisor):
    it = supervisor(process("tax", command="no-such-program --port 1"))
    with pytest.raises(CommandMissing) as caught:
        await it.start()
    assert str(caught.value) == (
        "Cannot start process 'tax': 'no-such-program' cannot be run: there is no such program\n"
        "  fix: Install it, or correct `command` of 'tax' in plures.toml."
    )


async def test_a_program_that_ends_at_once_is_a_sentence(supervisor, journal):
    it = supervisor(process("tax", command=shlex.join([sys.executable, "-c", "print('bye'); raise SystemExit(5)"])))
    with pytest.raises(ReplicaDied, match=r"tax\.1 cannot start: it exited with status 5 before it was ready"):
        await it.start()
    assert "bye" in journal.of("tax.1")
