"""Processes in other languages: environment, readiness, logs, and an end that takes everything with it."""

import shlex
import sys
from pathlib import Path

import pytest

from plures.deploy.errors import CommandMissing, ReplicaDied
from tests.integration.deploy.support import alive, open_descriptors, until

from .plans import process

FOREIGN = shlex.join([sys.executable, "-S", str(Path(__file__).with_name("foreign.py"))])


async def test_finds_its_way_by_the_environment(run, http, journal):
    tax = process("tax", command=FOREIGN, environment={"COLOR": "teal"})
    running = await run(process("search-index"), tax, process("bank", external="http://127.0.0.1:9"))
    url = running.endpoints["tax"][0]
    told = (await http.get(f"{url}/anything")).json()
    assert url == f"http://{told['PLURES_CONTROL_ADDRESS']}"
    assert url.endswith(f":{told['PORT']}")
    assert told["PLURES_SEARCH_INDEX_URL"] == running.endpoints["search-index"][0]
    assert told["PLURES_BANK_URL"] == "http://127.0.0.1:9"
    assert "PLURES_TAX_URL" not in told
    assert told["COLOR"] == "teal"
    assert journal.of("tax.1")[0] == "foreign service is up"


async def test_our_replicas_get_their_environment(run, http):
    running = await run(process("search", environment={"COLOR": "teal"}))
    assert (await http.get(f"{running.endpoints['search'][0]}/config")).json()["color"] == "teal"


async def test_comes_back_when_it_dies_with_all_it_started(run, http):
    running = await run(process("tax", command=FOREIGN))
    url, guardian = running.endpoints["tax"][0], running.pids["tax.1"]
    first = (await http.get(url)).json()
    running.kill("tax")
    await until(lambda: not alive(first["pid"]) and not alive(first["child"]))
    await until(lambda: running.pids.get("tax.1", guardian) != guardian and running.endpoints["tax"] == (url,))
    second = (await http.get(url)).json()
    assert second["pid"] != first["pid"]


async def test_restarts_at_the_same_address(run, http):
    running = await run(process("tax", command=FOREIGN))
    url, pids = running.endpoints["tax"][0], running.pids
    await running.restart("tax")
    assert running.endpoints["tax"] == (url,)
    assert running.pids != pids


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
