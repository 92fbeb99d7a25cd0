"""What things are called in the cluster, and by which labels they find each other."""

from typing import Final

from plures.targets.values import Workload, Workloads
from plures.targets.yaml import Value

_PART: Final = "app.kubernetes.io/part-of"
_COMPONENT: Final = "app.kubernetes.io/component"
_NAME: Final = "app.kubernetes.io/name"


def selector(workloads: Workloads, process: str) -> dict[str, Value]:
    """Labels of the pods of a process. They stay as they are: a Deployment's selector cannot be changed."""
    return {_PART: workloads.application, _COMPONENT: process}


def labels(workloads: Workloads, process: str) -> dict[str, Value]:
    """What everything that belongs to a process is labelled with."""
    return {_NAME: process, **selector(workloads, process)}


def metadata(workloads: Workloads, process: str, name: str = "") -> dict[str, Value]:
    """Of a thing that belongs to a process, and has its name unless told otherwise."""
    return {"name": name or process, "labels": labels(workloads, process)}


def public_service(workload: Workload) -> str:
    """The Service that visitors come by."""
    return f"{workload.name}-public"


def secret_of(workloads: Workloads) -> str:
    """The Secret with variables, tokens and URLs."""
    return f"{workloads.application}-secrets"


def secret_for(about: str, workloads: Workloads, workload: Workload) -> str:
    """The Secret that holds a file or a folder."""
    what, _, name = about.partition(" ")
    if what == "tls":
        return f"{workload.name}-tls"
    if what == "authority":
        return f"{workloads.application}-authority"
    return f"{workloads.application}-passwords-{slug(name)}" if what == "passwords" else secret_of(workloads)


def key_for(about: str) -> str:
    """The key of a file in its Secret; those of certificates are what cert-manager and `kubectl create secret tls` write."""
    known = {"tls certificate": "tls.crt", "tls key": "tls.key", "tls trust": "ca.crt"}
    return known.get(about) or slug(about)


def slug(text: str) -> str:
    """A text as a part of a name."""
    return "".join(each if each.isalnum() and each.isascii() else "-" for each in text.lower()).strip("-")
