"""What capabilities take of a process, on good days and on bad ones."""

import json
import signal
import subprocess
import sys
import threading

import pytest

from plures.telemetry import Processor

CHILD = "tests.unit.telemetry.child_of_spending"


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_processor_time_is_that_of_the_capability_that_took_it(loop: str) -> None:
    child = subprocess.run([sys.executable, "-m", CHILD, loop], capture_output=True, text=True, timeout=120, check=True)
    said, other = child.stdout.splitlines()
    told = json.loads(said)
    assert (told["why"], told["again"], told["at last"], other) == ("", "", "", "other")
    # Profilers go on beside it, and user code that wants the signal has it.
    assert (told["profiled"], told["heard"]) == ([True, True, True], [False, 0, 2])
    # Only one can have the signal.
    assert told["second"] == "something else handles SIGURG"
    assert (told["child"], told["forked"]) == (0, 7)
    # That it was taken is said once.
    assert told["taken"] == [False, True]
    seconds = told["seconds"]
    assert {"busy", "less", "in C", "in a thread"} == told["took"].keys()
    for name, took in told["took"].items():
        # A tick that comes while C code runs is noticed when that ends, and then may find the next task.
        assert abs(seconds[name] - took) < 0.2 * took + 0.1, (name, seconds)
    assert sum(seconds.values()) <= told["all"]


def test_outside_of_the_main_thread_it_is_not_told() -> None:
    said = list[str]()
    processor = Processor(str)
    thread = threading.Thread(target=lambda: said.append(processor.start()))
    thread.start()
    thread.join()
    assert said == ["it does not run in the main thread"]
    assert processor.read()
    processor.stop()
    assert signal.getsignal(signal.SIGURG) is signal.SIG_DFL
