"""A Dockerfile that makes the same image by the means of those who have a builder. Plain: a person could have written it."""

import json
from collections.abc import Mapping, Sequence

import msgspec

from .manifest import Start


class Steps(msgspec.Struct, frozen=True):
    """What a Dockerfile does.

    Attributes:
        base: What it is built on.
        lock: File of the locked packages, seen from the folder of the project.
        packages: Folder that they are installed into.
        projects: Folders of projects that are installed too.
        files: Files and folders that are copied.
    """

    base: str
    lock: str
    packages: str
    projects: Sequence[str]
    files: Sequence[str]


def dockerfile(steps: Steps, start: Start, labels: Mapping[str, str]) -> str:
    """The text."""
    pip = f"RUN pip install --no-cache-dir --no-compile --no-deps --target {steps.packages}"
    lines = [
        f"FROM {steps.base}",
        *(f"ENV {name}={_quoted(value)}" for name, value in start.environment.items()),
        f"WORKDIR {start.folder}",
        "",
        "# First what changes seldom: this layer is built again only with another lock.",
        f"COPY {steps.lock} /tmp/lock.txt",
        f"{pip} --require-hashes --only-binary :all: -r /tmp/lock.txt",
    ]
    for number, project in enumerate(steps.projects):
        lines += ["", f"COPY {project} /tmp/project{number}", f"{pip} /tmp/project{number}"]
    if steps.files:
        lines += ["", *(f"COPY {file} {start.folder}/{file}" for file in steps.files)]
    if start.volumes:
        lines += ["", *(f"RUN install -d -o {start.user.partition(':')[0]} {folder}" for folder in start.volumes)]
        lines += [f"VOLUME {json.dumps(list(start.volumes))}"]
    lines += [
        f"RUN python3 -m compileall -q --invalidation-mode unchecked-hash {steps.packages} {start.folder}",
        "",
        *(f"LABEL {name}={_quoted(value)}" for name, value in labels.items()),
        *(f"EXPOSE {port}" for port in start.ports),
        f"USER {start.user}",
        f"ENTRYPOINT {json.dumps(list(start.command))}",
        f"CMD {json.dumps(list(start.arguments))}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """A dollar would stand for a variable of the builder."""
    return json.dumps(value, ensure_ascii=False).replace("$", "\\$")
