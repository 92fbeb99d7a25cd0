"""What telemetry costs a call: ``python -m bench.telemetry.calls [--rounds N] [--seconds S]``.

Remote: server and client are processes of their own, a pair of them for each way of measuring; the pairs take turns, S seconds each, so that what
else the machine does meets all of them. Each figure is the median of the rounds, each ratio the median of the ratios within a round.
Local: a call in one process, over the direct await.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from bench.processes import Worker, worker
from bench.telemetry.modes import Mode

Figures = dict[str, float]
_LIMIT_S = 120.0


def main() -> None:
    arguments = argparse.ArgumentParser("python -m bench.telemetry.calls", description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=float, default=1.0)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="plures-telemetry-") as folder:
        _remote(Path(folder), told.rounds, told.seconds)


def _remote(folder: Path, rounds: int, seconds: float) -> None:
    measured: dict[Mode, list[Figures]] = {mode: [] for mode in Mode}
    with ExitStack() as running:
        callers = {mode: _pair(running, mode, folder / mode.value) for mode in Mode}
        for number in range(rounds):
            # Each comes first as often as the others.
            order = [*Mode][number % len(Mode) :] + [*Mode][: number % len(Mode)]
            for mode in order:
                measured[mode].append(_once(callers[mode], seconds))
    print(f"One call between two processes, 64 in flight, {rounds} rounds of {seconds:g} s")
    for mode, figures in measured.items():
        calls, client, server = (
            median(each[name] for each in figures) for name in ("calls_per_s", "client_cpu_us", "server_cpu_us")
        )
        print(
            f"{mode.value:5} {calls:9,.0f} calls/s   processor time: client {client:5.1f}, server {server:5.1f} us a call"
        )
    for other in (Mode.OFF, Mode.NONE):
        pairs = [*zip(measured[Mode.ON], measured[other], strict=True)]
        fewer, client, server = (
            median(on[name] / off[name] for on, off in pairs)
            for name in ("calls_per_s", "client_cpu_us", "server_cpu_us")
        )
        print(
            f"on against {other.value}: {100 * (1 - fewer):.1f} % fewer calls/s; processor time of the client {100 * (client - 1):+.1f} %, of the server {100 * (server - 1):+.1f} %"
        )


def _pair(running: ExitStack, mode: Mode, folder: Path) -> Worker:
    server = running.enter_context(worker("bench.telemetry.worker", "serve", mode.value, str(folder)))
    sides = ("call", mode.value, str(folder), server.ready(), str(server.pid))
    caller = running.enter_context(worker("bench.telemetry.worker", *sides))
    caller.ready()
    return caller


def _once(caller: Worker, seconds: float) -> Figures:
    caller.say(str(seconds))
    return msgspec.json.decode(caller.read_line(_LIMIT_S), type=Figures)


if __name__ == "__main__":
    main()
