"""From folders to the text of a first plures.toml."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text

from .applications import command_of_image, find_application, read_command
from .compose import compose_file, read_compose
from .found import Found, Rescue


@dataclass(eq=False)
class NothingToRescue(PluresError):
    """No folder has an ASGI service."""

    code = "rescue.nothing_found"
    wording = Text(
        "There is no ASGI service in {folders}",
        why="neither a Compose file nor a module of theirs names an application",
        fix="Name the folders of the services, or the one with their Compose file.",
    )

    folders: str


def read_folders(folders: Sequence[Path]) -> Rescue:
    """The services of these folders: of their Compose files where they have one, else by their code.

    Raises:
        ComposeUnread, NothingToRescue: As they say.
    """
    rescue = Rescue()
    for folder in folders:
        path = compose_file(folder)
        found = Rescue([*_by_code(folder.resolve())]) if path is None else read_compose(path)
        rescue.services += found.services
        rescue.left += found.left
    if not rescue.services:
        raise NothingToRescue(", ".join(map(str, folders)))
    rescue.services = [*_in_order(rescue.services)]
    return rescue


def text_of(rescue: Rescue, base: Path) -> str:
    """The plures.toml of a folder."""
    parts = ["# Existing services, as they are. `plures topology check` says what does not go together.\n"]
    parts += ["\n".join(_table(found, base)) + "\n" for found in rescue.services]
    parts.append('[topology.monolith]\nmain = { services = ["*"] }\n')
    return "\n".join(parts)


def _by_code(folder: Path) -> Iterator[Found]:
    """The folder itself, where one service starts in it; else those of its folders that have one each."""
    below = [_service(each) for each in sorted(folder.iterdir()) if each.is_dir() and not each.name.startswith(".")]
    several = [found for found in below if found.app]
    one = _service(folder)
    if len(several) > 1 and "." in one.app.partition(":")[0]:
        yield from several
    elif one.app:
        yield one


def _service(folder: Path) -> Found:
    found = Found(folder.name.lower().replace("_", "-"), folder, hosts=[folder.name])
    read_command(found, command_of_image(folder))
    find_application(found)
    return found


def _in_order(services: Sequence[Found]) -> Iterator[Found]:
    """Each after those that it needs; those in a circle as they stand."""
    by_name = {found.name: found for found in services}
    done: set[str] = set()

    def visit(found: Found, above: frozenset[str]) -> Iterator[Found]:
        if found.name in done or found.name in above:
            return
        for need in found.needs:
            yield from visit(by_name[need], above | {found.name})
        done.add(found.name)
        yield found

    for found in services:
        yield from visit(found, frozenset())


def _table(found: Found, base: Path) -> Iterator[str]:
    yield f"[services.{found.name}]"
    yield f"app = {json.dumps(found.app)}"
    folder = os.path.relpath(found.folder, base)
    if folder != found.name:
        yield f"folder = {json.dumps(folder)}"
    addresses = [f"http://{host}:{found.port}" for host in found.hosts]
    if found.published is not None:
        addresses.append(f"http://localhost:{found.published}")
    yield f"addresses = {json.dumps(addresses)}"
    if found.environment:
        pairs = ", ".join(f"{_key(name)} = {json.dumps(value)}" for name, value in found.environment.items())
        yield f"environment = {{ {pairs} }}"
    if found.environment_file is not None:
        yield f"environment_file = {json.dumps(os.path.relpath(found.environment_file, base))}"
    if found.published is not None:
        yield f'public = "127.0.0.1:{found.published}"'


def _key(name: str) -> str:
    return name if name.replace("-", "").isidentifier() else json.dumps(name)
