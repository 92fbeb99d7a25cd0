"""Runs all rivals of a call in interleaved rounds with fresh processes, and compares Plures with its targets."""

from collections.abc import Iterable
from random import Random

import msgspec
from rich.progress import track

from bench.calls.rival import BARE, CONNECT, FASTAPI, GRPC, MODULES, PLURES
from bench.options import Options
from bench.processes import worker
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of

IN_FLIGHT = 64
_LIMIT_S = 60.0
DIRECT, IN_PROCESS = "direct await", "Plures in process"
Figures = dict[str, float]


def run(options: Options) -> Result:
    """Measure every rival ``options.rounds`` times, in a new random order in each round."""
    rounds: dict[str, list[Figures]] = {name: [] for name in (DIRECT, IN_PROCESS, *MODULES)}
    for name in track(_order(options), description="Calls"):
        if name == IN_PROCESS:
            direct, plures = _in_process(options)
            rounds[DIRECT].append(direct)
            rounds[IN_PROCESS].append(plures)
        else:
            rounds[name].append(_between_processes(name, options))
    local, remote = _local(rounds), _remote(rounds)
    return Result("calls", options.quick, options.rounds, options.seed, [local, remote], [*_targets(local, remote)])


def _order(options: Options) -> list[str]:
    random, order = Random(options.seed), list[str]()
    for _ in range(options.rounds):
        order += random.sample([IN_PROCESS, *MODULES], len(MODULES) + 1)
    return order


def _in_process(options: Options) -> tuple[Figures, Figures]:
    calls = 20_000 if options.quick else 200_000
    with worker("bench.calls.in_process", str(calls)) as measuring:
        return msgspec.json.decode(measuring.read_line(_LIMIT_S), type=tuple[Figures, Figures])


def _between_processes(name: str, options: Options) -> Figures:
    seconds = 0.3 if options.quick else 3.0
    with worker("bench.calls.worker", "serve", name) as server:
        port = server.ready()
        load = ("load", name, port, str(server.pid), str(seconds), str(IN_FLIGHT))
        with worker("bench.calls.worker", *load) as client:
            return msgspec.json.decode(client.read_line(_LIMIT_S), type=Figures)


def _local(rounds: dict[str, list[Figures]]) -> Section:
    columns = [Column("call_ns", "ns per call", 0), Column("over_direct_ns", "ns over the direct await", 0)]
    return Section("One call in process", columns, [_row(name, rounds[name]) for name in (DIRECT, IN_PROCESS)])


def _remote(rounds: dict[str, list[Figures]]) -> Section:
    columns = [
        Column("p50_us", "p50, 1 in flight (µs)", 0),
        Column("p99_us", "p99, 1 in flight (µs)", 0),
        Column("calls_per_s", f"calls/s, {IN_FLIGHT} in flight", 0),
        Column("client_cpu_us", "client CPU (µs/call)", 0),
        Column("server_cpu_us", "server CPU (µs/call)", 0),
    ]
    title = "One call between two processes, one core each"
    return Section(title, columns, [_row(name, rounds[name]) for name in MODULES])


def _row(name: str, rounds: list[Figures]) -> Row:
    return Row(name, median_of(rounds), rounds)


def _targets(local: Section, remote: Section) -> Iterable[Target]:
    over_us = local.figure(IN_PROCESS, "over_direct_ns") / 1_000
    yield Target("in-process call over the direct await", "at most", 2.0, over_us, "µs")
    latency = remote.figure(PLURES, "p50_us") / remote.figure(BARE, "p50_us")
    yield Target(f"remote p50 against {BARE}", "at most", 1.4, latency)
    for rival, wanted in ((BARE, 0.55), (GRPC, 2.5), (CONNECT, 4.0), (FASTAPI, 15.0)):
        ratio = remote.figure(PLURES, "calls_per_s") / remote.figure(rival, "calls_per_s")
        yield Target(f"remote calls/s at {IN_FLIGHT} in flight against {rival}", "at least", wanted, ratio)
