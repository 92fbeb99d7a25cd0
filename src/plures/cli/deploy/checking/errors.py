"""Why nothing can be compared before a rollout."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class AnotherApplication(PluresError):
    """What answers is not the application of this folder."""

    code = "deploy.another_application"
    wording = Text(
        "{at} runs {found}, and this folder has {wanted}",
        why="two versions of one application can be compared",
        fix="Go to the folder of {found}, or name the control address of {wanted} with --at.",
    )

    at: str
    found: str
    wanted: str


@dataclass(eq=False)
class AnotherTopology(PluresError):
    """No topology, or not the one that was named, places capabilities as what runs does."""

    code = "deploy.another_topology"
    wording = Text(
        "What runs is placed otherwise than {wanted}",
        why="there, processes host {runs}",
        fix="{fix_}",
    )

    wanted: str
    runs: str
    fix_: str


@dataclass(eq=False)
class SeveralVersionsRun(PluresError):
    """Replicas of one process say different things: a rollout is under way, or was left half-way."""

    code = "deploy.several_versions_run"
    wording = Text(
        "Replicas of {process} run different versions",
        why="{one} and {other} have other contracts, or declare other things",
        fix="Let the rollout that is under way end, or take it back, and check again.",
    )

    process: str
    one: str
    other: str


@dataclass(eq=False)
class UnknownProcess(PluresError):
    """The topology has no process of this name that could be replaced."""

    code = "deploy.unknown_process"
    wording = Text("Topology {topology} has no process {name!r} that is replaced", fix="{hint}")

    topology: str
    name: str
    hint: str


@dataclass(eq=False)
class OrderIncomplete(PluresError):
    """An order names a process twice, or leaves one out."""

    code = "deploy.order_incomplete"
    wording = Text(
        "--order does not name each process once that is replaced",
        why="{problem}",
        fix="Write all of them, as in --order {example}.",
    )

    problem: str
    example: str
