"""`plures data`: a backup of an application that runs, and its restore."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

from .programs import Program

Start = Callable[..., Program]
FREE = ("--port", "0", "--control-port", "0")
RING = "till.till.v1.Till/Ring"


def test_a_running_application_is_backed_up_and_restored_when_it_has_stopped(plures: Start, site: Path) -> None:
    running = plures("run", *FREE)
    running.line(r"health, contracts and calls")
    for number in (1, 2):
        assert plures("call", RING).line(r": (\d+)$")[1] == str(number)
    backup = plures("data", "backup", "kept", "--json")
    assert backup.end() == 0, backup.output
    written = json.loads(backup.output)
    assert (written["application"], written["databases"][0]["tables"]) == (
        "till",
        {"plures_commands": 0, "rings": 2},
    )
    assert plures("call", RING).line(r": (\d+)$")[1] == "3"

    refused = plures("data", "restore", "kept", "--replace")
    assert refused.end() == 2
    assert f"process {running.process.pid} has it open" in refused.output
    assert running.end(signal.SIGINT) == 0

    unasked = plures("data", "restore", "kept", "--json")
    assert (unasked.end(), json.loads(unasked.output)["code"]) == (2, "data.exists")
    restored = plures("data", "restore", "kept", "--replace")
    assert restored.end() == 0
    assert "ok  till: 2 rows" in restored.output

    again = plures("run", *FREE)
    again.line(r"health, contracts and calls")
    assert plures("call", RING).line(r": (\d+)$")[1] == "3"
    assert again.end(signal.SIGINT) == 0


def test_mistakes_are_explained(plures: Start, site: Path) -> None:
    for arguments, code in (
        (("backup", "kept"), "data.nothing_to_copy"),
        (("restore", "none"), "data.backup_damaged"),
        (("restore", "none", "-c", "tlil"), "data.unknown_capability"),
    ):
        run = plures("data", *arguments)
        assert run.end() == 2
        assert f"[{code}]" in run.output
