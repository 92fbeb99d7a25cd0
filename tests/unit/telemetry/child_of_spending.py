"""A process in which several capabilities take processor time; it prints what was counted. Run by `test_spending`."""

import asyncio
import cProfile
import json
import os
import signal
import subprocess
import sys
import threading
import types
import zlib
from contextvars import ContextVar
from time import process_time, thread_time

from plures.telemetry import Processor, belongs, spent_here

_running: ContextVar[str] = ContextVar("running", default="")
_took: dict[str, float] = {"in a thread": 0.3}
_NOISE = os.urandom(1 << 20)


def burn(seconds: float) -> None:
    until = thread_time() + seconds
    while thread_time() < until:
        sum(range(200))


def hold(seconds: float) -> None:
    """In C, some 30 ms at a time."""
    until = thread_time() + seconds
    while thread_time() < until:
        zlib.compress(_NOISE)


async def work(name: str, seconds: float, how: object) -> None:
    _running.set(name)
    for _ in range(10):
        began = thread_time()
        how(seconds / 10)  # type: ignore[operator]
        _took[name] = _took.get(name, 0.0) + thread_time() - began
        await asyncio.sleep(0)


async def main(processor: Processor) -> None:
    over = threading.Event()

    def in_thread() -> None:
        burn(0.3)
        over.wait()

    thread = threading.Thread(target=in_thread)
    belongs(thread, "in a thread")
    thread.start()
    await asyncio.gather(work("busy", 0.6, burn), work("less", 0.3, burn), work("in C", 0.3, hold))
    while not spent_here().get("in a thread") or spent_here()["in a thread"].cpu_s < 0.3:
        processor.read()
        await asyncio.sleep(0.01)
    over.set()
    thread.join()


def profiled() -> tuple[bool, bool]:
    """Whether profilers of both kinds see what runs: one that is told of each call, and one that asks by a signal of its own."""
    profile, seen = cProfile.Profile(), list[str]()
    profile.runcall(burn, 0.05)
    before = signal.signal(signal.SIGPROF, lambda _, frame: seen.append(frame.f_code.co_name if frame else ""))
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    while "burn" not in seen:
        burn(0.05)
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    return any(code.co_name == "burn" for code in codes_of(profile)), bool(seen)


def codes_of(profile: cProfile.Profile) -> list[types.CodeType]:
    return [each.code for each in profile.getstats() if isinstance(each.code, types.CodeType)]


def heard(processor: Processor) -> tuple[bool, int, int]:
    """What user code hears that takes the signal for itself: once that was noticed, its own signals, and no others."""
    mine = list[int]()
    signal.signal(signal.SIGURG, lambda number, _: mine.append(number))
    goes_on = processor.read()
    mine.clear()
    burn(0.05)
    many = len(mine)
    os.kill(os.getpid(), signal.SIGURG)
    processor.stop()
    os.kill(os.getpid(), signal.SIGURG)
    found = (goes_on, many, len(mine))
    signal.signal(signal.SIGURG, signal.SIG_DFL)
    return found


def go() -> None:
    processor, told = Processor(_running.get), {}
    told["why"] = processor.start()
    told["second"] = Processor(_running.get).start()
    if sys.argv[1] == "uvloop":
        import uvloop

        uvloop.run(main(processor))
    else:
        asyncio.run(main(processor))
    told["seconds"] = {name: it.cpu_s for name, it in spent_here().items()}
    told["took"], told["all"] = _took, process_time()
    # A child has no timer, and what it runs is not ended by a signal.
    told["child"] = subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=False).returncode
    pid = os.fork()
    if not pid:
        burn(0.05)
        os._exit(7)
    told["forked"] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    signal.signal(signal.SIGURG, signal.SIG_DFL)
    burn(0.05)
    told["taken"] = [processor.read(), processor.read()]
    processor.stop()
    told["again"] = processor.start()
    told["profiled"] = [*profiled(), processor.read()]
    told["heard"] = heard(processor)
    told["at last"] = processor.start()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    # The timer ends with the program that this process was.
    os.execv(sys.executable, [sys.executable, "-c", "sum(range(3_000_000)); print('other')"])


if __name__ == "__main__":
    go()
