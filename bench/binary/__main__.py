"""JSON and binary in alternation: ``python -m bench.binary [SECONDS] [PAIRS]``. Both sides are replicas in processes of their own.

Before that, bytes and codecs alone, for messages of several shapes.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time_ns
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from bench.binary.contract import CALLS, Forms, app
from bench.binary.shapes import VALUES, Shapes
from bench.calls.load import latency
from bench.calls.rivals.plures_remote import placed
from bench.processes import CLIENT_CORE, SERVER_CORE, announce, run_worker, worker
from plures.application import assemble
from plures.compat import LOCK_FOLDER, binary_form, described, lock_text, numbered
from plures.contract import read_contract
from plures.deploy import ANY_FREE_PORTS, hosting
from plures.deploy.process_setup import freeze_gc
from plures.host import Host, Placement
from plures.topology import Policies

_FORMS: Final = ("json", "binary")
_TURNS: Final = 8
_DESCRIPTION: Final = read_contract(Forms)[0]
_LOCKED: Final = numbered(described(_DESCRIPTION), None)
_ROUNDS: Final = 25
_REPEATS: Final = 100


def told(placement: Placement, folder: str, form: str = "json") -> Placement:
    """The same beside the lock file."""
    policies = Policies(everywhere={"binary": form == "binary"})
    return replace(placement, folder=Path(folder), policies=policies)


async def serve(folder: str) -> None:
    """Host the capability until the end."""
    async with hosting(assemble(app), told(placed("forms"), folder), ANY_FREE_PORTS) as running:
        announce(urlsplit(running.control_url).port)
        await asyncio.Event().wait()


async def load(folder: str, port: str, seconds: str) -> None:
    """Measure one call of each sort in both forms, and print."""
    figures: dict[str, list[float]] = {}
    callers = {
        form: Host(assemble(app), told(placed(forms=(f"http://127.0.0.1:{port}",)), folder, form)) for form in _FORMS
    }
    for caller in callers.values():
        await caller.start()
    freeze_gc()
    for name, arguments in CALLS.items():
        for number in range(2 * _TURNS):
            # Each form goes first as often as the other one: a machine is never equally quiet.
            form = _FORMS[(number + number // 2) % 2]
            operation = getattr(callers[form].client(Forms), name)

            async def call(operation: Callable[..., Any] = operation, arguments: tuple[Any, ...] = arguments) -> Any:
                return await operation(*arguments)

            await call()
            told_us = (await latency(call, seconds=float(seconds) / _TURNS))["p50_us"]
            figures.setdefault(f"{name} {form}", []).append(told_us)
    for caller in callers.values():
        await caller.stop()
    print(msgspec.json.encode(figures).decode())


def codecs() -> None:
    """Print bytes, and the time of the processor to write and to read, both forms in alternation."""
    described_shapes = read_contract(Shapes)[0]
    binary = binary_form(described_shapes, numbered(described(described_shapes), None))
    for name, value in VALUES.items():
        answer = described_shapes.operations[name].answer
        ways = {"json": answer, "binary": binary.codec(answer.message)}
        bodies = {form: codec.encode(value) for form, codec in ways.items()}
        assert all(codec.decode(bodies[form]) == value for form, codec in ways.items())
        best = {(form, work): float("inf") for form in ways for work in ("write", "read")}
        for _ in range(_ROUNDS):
            for form, codec in ways.items():
                best[form, "write"] = min(best[form, "write"], _cpu_us(partial(codec.encode, value)))
                best[form, "read"] = min(best[form, "read"], _cpu_us(partial(codec.decode, bodies[form])))
        for form, body in bodies.items():
            write, read = best[form, "write"], best[form, "read"]
            print(f"{name:>8} {form:>7}  {len(body):>7,} bytes   write {write:>7.1f} µs   read {read:>7.1f} µs")


def _cpu_us(work: Callable[[], object]) -> float:
    begin = process_time_ns()
    for _ in range(_REPEATS):
        work()
    return (process_time_ns() - begin) / _REPEATS / 1000


def main(seconds: float, pairs: int) -> None:
    """Print the medians of all runs."""
    codecs()
    with TemporaryDirectory() as folder:
        (Path(folder) / LOCK_FOLDER).mkdir()
        (Path(folder) / LOCK_FOLDER / "bench.forms.v1.toml").write_text(lock_text(_LOCKED))
        runs: list[dict[str, list[float]]] = []
        for _ in range(pairs):
            with (
                worker("bench.binary", "serve", folder) as server,
                worker("bench.binary", "load", folder, server.ready(), str(seconds)) as client,
            ):
                line = client.read_line(60 + 10 * seconds)
                runs.append(msgspec.json.decode(line, type=dict[str, list[float]]))
    for name in CALLS:
        plain, binary = (median(each for run in runs for each in run[f"{name} {form}"]) for form in _FORMS)
        print(
            f"{name:>8} whole call, p50  JSON {plain:>8.1f} µs   binary {binary:>8.1f} µs   {binary / plain - 1:+7.1%}"
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder]:
            run_worker(SERVER_CORE, serve(folder))
        case ["load", folder, port, seconds]:
            run_worker(CLIENT_CORE, load(folder, port, seconds))
        case arguments:
            numbers = [*map(float, arguments), *(2.0, 5.0)[len(arguments) :]]
            main(numbers[0], int(numbers[1]))
