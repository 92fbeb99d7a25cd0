"""Services as a Compose file has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from plures.errors import PluresError, Text

from .applications import command_of_image, find_application, read_command, words
from .found import Found, Rescue

FILES: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
# `$$` is a dollar sign; a default may hold a variable with a default again.
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::?-((?:[^{}]|\{[^{}]*\})*))?[^{}]*\}|\$([A-Za-z_]\w*)|(\$\$)")
Table = Mapping[str, Any]


@dataclass(eq=False)
class ComposeUnread(PluresError):
    """A Compose file cannot be read."""

    code = "rescue.compose_unread"
    wording = Text("Cannot read {file}", why="{reason}", fix="{fix_text}")

    file: str
    reason: str
    fix_text: str


def compose_file(folder: Path) -> Path | None:
    """The Compose file of a folder; None where it has none."""
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


def read_compose(path: Path) -> Rescue:
    """The ASGI services of a Compose file. Raises ComposeUnread."""
    services = _services(path)
    rescue = Rescue()
    for name, values in services.items():
        found = _found(path.parent, name, values)
        if found is None or not found.app:
            image = values.get("image") or "no ASGI application was found in its folder"
            rescue.left.append(f"{name} ({image}) is no ASGI service: start it as before, or name what replaces it.")
            continue
        rescue.services.append(found)
        _environment(found, values, rescue, path.parent)
    known = {found.name for found in rescue.services}
    for found in rescue.services:
        found.needs = [need for need in found.needs if need in known]
    return rescue


def _services(path: Path) -> Mapping[str, Table]:
    try:
        yaml = import_module("yaml")
    except ImportError:
        raise ComposeUnread(str(path), "PyYAML is not installed", "Run pip install pyyaml.") from None
    wrong: type[Exception] = yaml.YAMLError
    try:
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, wrong) as error:
        raise ComposeUnread(str(path), " ".join(str(error).split()), "Correct the file.") from error
    services = _table(_table(document).get("services"))
    if not services:
        raise ComposeUnread(str(path), "it has no services", "Name the folder of another file.")
    return {str(name): _table(values) for name, values in services.items()}


def _found(base: Path, name: str, values: Table) -> Found | None:
    build: Any = values.get("build")
    if build is None:
        return None
    table = _table(build)
    context, dockerfile = table.get("context", "." if table else build), table.get("dockerfile", "Dockerfile")
    folder = (base / str(context)).resolve()
    if not folder.is_dir():
        return None
    found = Found(re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-"), folder, hosts=_hosts(name, values))
    found.needs = [re.sub(r"[^a-z0-9-]+", "-", str(need).lower()) for need in values.get("depends_on") or ()]
    said = words(values.get("command")) or words(values.get("entrypoint"))
    read_command(found, command_of_image(folder, str(dockerfile)))
    read_command(found, said)
    find_application(found)
    _ports(found, values)
    return found


def _hosts(name: str, values: Table) -> list[str]:
    networks = _table(values.get("networks")).values()
    aliases = [str(alias) for network in networks for alias in _table(network).get("aliases") or ()]
    others = [str(values[key]) for key in ("container_name", "hostname") if values.get(key)]
    return [*dict.fromkeys([name, *others, *aliases])]


def _ports(found: Found, values: Table) -> None:
    for port in values.get("ports") or ():
        table = _table(port)
        published, inner = (table.get("published"), table.get("target")) if table else _pair(str(port))
        if inner and str(inner).isdigit():
            found.port = int(inner)
            found.published = int(published) if published and str(published).isdigit() else None
            return


def _pair(text: str) -> tuple[str | None, str | None]:
    parts = text.partition("/")[0].split(":")
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def _environment(found: Found, values: Table, rescue: Rescue, base: Path) -> None:
    given: Any = values.get("environment") or {}
    table = _table(given)
    pairs = [*table.items()] if table else [str(line).partition("=")[::2] for line in given]
    for name, value in pairs:
        text = "" if value is None else str(value)
        filled = _VARIABLE.sub(_filled, text)
        if any(match.group(2) is None and not match.group(4) for match in _VARIABLE.finditer(text)):
            rescue.left.append(f"{found.name}: {name} is {text} in the Compose file; export it before `plures run`.")
        elif text:
            found.environment[str(name)] = filled
    files: Any = values.get("env_file") or ()
    listed: list[Any] = [files] if isinstance(files, str) or _table(files) else [*files]
    paths = [str(_table(each).get("path", each)) for each in listed]
    found.environment_file = (base / paths[0]).resolve() if paths else None
    rescue.left += [f"{found.name}: a second env_file, {path}; copy what it has." for path in paths[1:]]


def _filled(match: re.Match[str]) -> str:
    """What Compose puts there where no variable of that name is set."""
    return "$" if match.group(4) else _VARIABLE.sub(_filled, match.group(2) or "")


def _table(value: object) -> Table:
    return cast("Table", value) if isinstance(value, dict) else {}
