"""What is asked of a cluster, by kubectl: how it differs from what was rendered, and which secrets it has. Never what is in them."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plures.errors import InvalidInput, PluresError, Rule, Text, Violation

_DIFFERS: Final = 1
_KEYS: Final = '{{range $name, $_ := .data}}{{$name}}{{"\\n"}}{{end}}'
_PATIENCE_S: Final = 120

SECRET_MISSING: Final = Rule(
    "deploy.secret_missing",
    "the cluster has no {missing}",
    "Create it in the namespace {namespace}: kubectl create secret generic, External Secrets, or what your platform has for secrets.",
)


@dataclass(eq=False)
class NoKubectl(PluresError):
    """There is no kubectl to ask the cluster with."""

    code = "deploy.no_kubectl"
    wording = Text(
        "Cannot compare with the cluster",
        why="there is no {program} on the path",
        fix="Install {program}, or leave --diff out: rendering needs no cluster.",
    )

    program: str


@dataclass(eq=False)
class NoRights(PluresError):
    """The cluster refuses what it was asked."""

    code = "deploy.no_rights"
    wording = Text(
        "The cluster refuses to tell how it differs",
        why="{reason}",
        fix="Ask with another context (kubectl config use-context), or let this one get and patch what is rendered, and get secrets.",
    )

    reason: str


@dataclass(eq=False)
class KubectlFailed(PluresError):
    """Kubectl could not do what it was asked."""

    code = "deploy.kubectl_failed"
    wording = Text("kubectl {what} failed", why="{reason}", fix="`kubectl version` tells whether the cluster answers.")

    what: str
    reason: str


def difference(overlay: Path) -> str:
    """How what runs differs from an overlay, as kubectl shows it; empty where nothing does.

    Raises:
        PluresError: Kubectl is missing, may not look, or fails.
    """
    done = _kubectl("diff", "--server-side", "--force-conflicts", "-k", str(overlay))
    if done.returncode > _DIFFERS or (done.returncode == _DIFFERS and not done.stdout):
        raise _failure("diff", done.stderr)
    return done.stdout


def check_secrets(needed: Mapping[str, frozenset[str]], overlay: Path) -> None:
    """Look whether the cluster has what pods refer to.

    Args:
        needed: Name of a Secret → the keys that it must have; none where all are taken.

    Raises:
        InvalidInput: With one violation for each Secret that is not there, or lacks keys.
        PluresError: Kubectl is missing, may not look, or fails.
    """
    namespace = namespace_of(overlay)
    violations = list(_missing(needed, namespace))
    if violations:
        raise InvalidInput(f"The cluster for {overlay}", violations)


def namespace_of(overlay: Path) -> str:
    """The namespace that an overlay puts things into."""
    match = re.search(
        r"^namespace:\s*(\S+)\s*$", (overlay / "kustomization.yaml").read_text(encoding="utf-8"), re.MULTILINE
    )
    return match[1].strip("\"'") if match else "default"


def _missing(needed: Mapping[str, frozenset[str]], namespace: str) -> Iterator[Violation]:
    for name, keys in sorted(needed.items()):
        done = _kubectl("get", "secret", name, "--namespace", namespace, "--output", f"go-template={_KEYS}")
        if done.returncode and "NotFound" not in done.stderr:
            raise _failure("get secret", done.stderr)
        if done.returncode:
            yield SECRET_MISSING.broken(f"Secret {name}", missing=f"Secret {name}", namespace=namespace)
        elif lacking := sorted(keys - set(done.stdout.split())):
            said = f"key {', '.join(lacking)} in it"
            yield SECRET_MISSING.broken(f"Secret {name}", missing=said, namespace=namespace)


def _kubectl(*arguments: str) -> "subprocess.CompletedProcess[str]":
    found = shutil.which("kubectl")
    if found is None:
        raise NoKubectl("kubectl")
    try:
        return subprocess.run(  # noqa: S603 - no shell, and no words of others
            [found, *arguments], capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        raise KubectlFailed(arguments[0], f"it did not end within {_PATIENCE_S} s") from None


def _failure(what: str, said: str) -> PluresError:
    reason = " ".join(said.split()) or "it says nothing"
    return (
        NoRights(reason)
        if "forbidden" in said.lower() or "unauthorized" in said.lower()
        else KubectlFailed(what, reason)
    )
