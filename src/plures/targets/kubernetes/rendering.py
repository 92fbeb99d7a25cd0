"""All files of a topology: the base that every environment shares, and an overlay for each."""

import hashlib
from collections.abc import Iterator, Mapping

from plures.targets.places import DATA, HOME
from plures.targets.values import Workload, Workloads
from plures.targets.yaml import Value, documents_of, yaml_of

from .naming import metadata
from .networks import migration_policy, policy, services
from .options import Choices, Image
from .pods import job_template
from .running import running

_ROOT_OF_OVERLAY = "../../base"
_DAY_S = 86_400


def render(workloads: Workloads, choices: Choices) -> Mapping[str, str]:
    """Path → text of each file, the same for the same values.

    Files below `overlays` but those in `version` are for people: they are a beginning.
    """
    files = dict(_base(workloads, choices))
    for environment in choices.environments:
        files |= _overlay(workloads, choices, environment)
    return dict(sorted(files.items()))


def is_for_people(path: str) -> bool:
    """Whether a file is written once, and then belongs to people."""
    return path.startswith("overlays/") and "/version/" not in path


def _base(workloads: Workloads, choices: Choices) -> Iterator[tuple[str, str]]:
    unversioned = {name: Image(workload.image, tag="unversioned") for name, workload in workloads.processes.items()}
    for name, workload in workloads.processes.items():
        manifests = [
            *running(workloads, workload, Choices(unversioned, choices.environments, choices.signal)),
            *services(workloads, workload),
            policy(workloads, workload),
            *([migration_policy(workloads, workload)] if workload.databases else []),
        ]
        yield f"base/{name}.yaml", documents_of(manifests)
    yield (
        "base/kustomization.yaml",
        yaml_of({**_kind("Kustomization", "v1beta1"), "resources": [f"{name}.yaml" for name in workloads.processes]}),
    )


def _overlay(workloads: Workloads, choices: Choices, environment: str) -> dict[str, str]:
    jobs = [_migration(workloads, each, choices) for each in workloads.processes.values() if each.databases]
    # Processes may share one.
    images = {each.image: _replaced(each, choices.images[name]) for name, each in workloads.processes.items()}
    version: dict[str, Value] = {
        **_kind("Component", "v1alpha1"),
        **({"resources": ["migrations.yaml"]} if jobs else {}),
        "images": list(images.values()),
    }
    own: dict[str, Value] = {
        **_kind("Kustomization", "v1beta1"),
        "namespace": f"{workloads.application}-{environment}",
        "resources": [_ROOT_OF_OVERLAY],
        "components": ["version"],
        "labels": [{"pairs": {"environment": environment}}],
    }
    folder = f"overlays/{environment}"
    files = {
        f"{folder}/kustomization.yaml": yaml_of(own),
        f"{folder}/version/kustomization.yaml": yaml_of(version),
    }
    return {**files, f"{folder}/version/migrations.yaml": documents_of(jobs)} if jobs else files


def _replaced(workload: Workload, image: Image) -> dict[str, Value]:
    which: dict[str, Value] = {"digest": image.digest} if image.digest else {"newTag": image.tag}
    return {"name": workload.image, "newName": image.name, **which}


def _migration(workloads: Workloads, workload: Workload, choices: Choices) -> dict[str, Value]:
    """A Job of its own for each version: one that is there cannot be changed, and would not run again."""
    image = choices.images[workload.name]
    command = [
        "python3",
        "-m",
        "plures",
        "data",
        "migrate",
        *workload.databases,
        "--file",
        f"{HOME}/plures.toml",
        "--data",
        DATA,
    ]
    version = hashlib.sha256(" ".join([image.reference, *command]).encode()).hexdigest()[:10]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(workloads, f"{workload.name}-migration", f"{workload.name}-migration-{version}"),
        "spec": {
            "backoffLimit": 3,
            "activeDeadlineSeconds": 3600,
            "ttlSecondsAfterFinished": _DAY_S,
            "template": job_template(workloads, workload, Image(workload.image, tag="unversioned"), command),
        },
    }


def _kind(kind: str, version: str) -> dict[str, Value]:
    return {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": kind}
