"""Which image each process runs, and whether it has what the process hosts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from plures.errors import InvalidInput, Rule, Violation
from plures.images import Labelled, images_in
from plures.targets import Workload, Workloads, kubernetes

UNVERSIONED: Final = Rule(
    "deploy.image_unversioned",
    "says nothing of which version runs",
    "Name it with --tag, or the layout that `plures build` wrote with --images.",
)
ABSENT: Final = Rule(
    "deploy.image_missing",
    "has no image in {layout}, which has those of {processes}",
    "Build it: plures build --topology {topology} {process}",
)
INCAPABLE: Final = Rule(
    "deploy.image_capability",
    "hosts {capabilities}, which its image in {layout} does not have",
    "Build it anew: plures build --topology {topology} {process}",
)


def images_of(
    workloads: Workloads, layout: Path | None, registry: str, tag: str | None
) -> Mapping[str, kubernetes.Image]:
    """Process → its image, by digest where a layout has it.

    Args:
        layout: Folder that `plures build` wrote; None where there is none.
        registry: What stands before the name of each, such as `registry.example/acme`; may be empty.
        tag: None where digests say it.

    Raises:
        InvalidInput: With one violation for each process that has no image, or the wrong one.
        PluresError: The layout cannot be read.
    """
    before = f"{registry.rstrip('/')}/" if registry else ""
    if layout is None:
        if tag is None:
            where = f"[topology.{workloads.topology}]"
            raise InvalidInput(f"Topology {workloads.topology!r}", [UNVERSIONED.broken(where)])
        return {name: kubernetes.Image(f"{before}{each.image}", tag=tag) for name, each in workloads.processes.items()}
    found = images_in(layout)
    chosen = {name: _image_for(each, found) for name, each in workloads.processes.items()}
    violations = [
        violation
        for name, image in chosen.items()
        for violation in _wrong(workloads, workloads.processes[name], image, layout, found)
    ]
    if violations:
        raise InvalidInput(f"Topology {workloads.topology!r}", violations)
    return {
        name: kubernetes.Image(f"{before}{_named(image, workloads.processes[name])}", digest=image.digest)
        for name, image in chosen.items()
        if image is not None
    }


def _image_for(workload: Workload, found: tuple[Labelled, ...]) -> Labelled | None:
    """Its own one, or the one of all processes together."""
    fitting = [image for image in found if workload.name in image.processes]
    return min(fitting, key=lambda image: len(image.processes), default=None)


def _wrong(
    workloads: Workloads, workload: Workload, image: Labelled | None, layout: Path, found: tuple[Labelled, ...]
) -> Iterator[Violation]:
    where = f"[topology.{workloads.topology}] {workload.name}"
    names = {"layout": layout, "topology": workloads.topology, "process": workload.name}
    if image is None:
        known = sorted(frozenset[str]().union(*(each.processes for each in found)))
        yield ABSENT.broken(where, **names, processes=", ".join(known) or "no process")
    elif lacking := sorted({*workload.capabilities} - image.capabilities):
        yield INCAPABLE.broken(where, **names, capabilities=", ".join(lacking))


def _named(image: Labelled, workload: Workload) -> str:
    name = image.full_name.partition("@")[0]
    head, colon, last = name.rpartition(":")
    return (head if colon and "/" not in last else name) or workload.image
