"""The skeleton of a service in another language, for a capability of an application that exists."""

import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

import click

from plures.application import Assembly
from plures.cli.console import say
from plures.cli.contract import as_locked, capability_of, locks_beside
from plures.cli.new.writing import NotCreated, not_written, write
from plures.cli.project import open_project
from plures.compat import Contract, described
from plures.contract import ContractDescription, EventDescription
from plures.errors import InvalidInput, Violation
from plures.exports import export

from .go import GO
from .language import Handling, Language, Service, path_of
from .typescript import TYPESCRIPT

LANGUAGES: Final[Mapping[str, Language]] = {"typescript": TYPESCRIPT, "go": GO}
"""The languages that `--language` takes."""

_FORMATS: Final = ("proto", "json")


def create_service(name: str, language: str, *, to: Path | None, file: Path, refresh: bool) -> None:
    """Write it, or what of it belongs to the platform; raises `PluresError`."""
    project = open_project(file)
    capability_of(project, name)
    root = file.absolute().parent
    service = _service(name, project.assembly, locks_beside(file))
    chosen = LANGUAGES[language]
    folder = (root / "services" / name) if to is None else to.absolute()
    _check_place(folder, is_there=refresh)
    texts = {**_exported(service), **({} if refresh else chosen.texts(service))}
    try:
        _write(folder, service, chosen, kit_alone=refresh)
        _write_texts(folder, texts)
    except OSError as error:
        raise not_written(folder, error) from None
    shown = str(folder.relative_to(root)) if folder.is_relative_to(root) else str(folder)
    say(("refreshed" if refresh else "created", "green"), f" {shown}")
    if not refresh:
        command = chosen.command.replace("FOLDER", shlex.quote(shown))
        click.echo(
            f"Build it:\n  cd {shlex.quote(shown)} && {chosen.build}\nPlace it, in a topology of {file.name}:\n"
            f'  {name} = {{ capabilities = ["{name}"], command = "{command}" }}'
        )


def _service(name: str, assembly: Assembly, locks: Mapping[str, Contract]) -> Service:
    def locked(contract: ContractDescription) -> Contract:
        return as_locked(described(contract), locks.get(contract.name))

    handlers = tuple(
        Handling(
            each.delivery.wire_name,
            each.name,
            locked(_declaring(each.event, assembly)),
            each.event.name.rpartition(".")[2],
        )
        for each in assembly.subscriptions
        if each.subscriber == name
    )
    return Service(name, locked(assembly.capabilities[name].contract), handlers)


def _declaring(event: EventDescription, assembly: Assembly) -> ContractDescription:
    """The version of a contract that an event belongs to."""
    return next(contract for contract in assembly.contracts if event in contract.events)


def _exported(service: Service) -> dict[str, str]:
    """The contracts that a service needs, by their paths; raises `InvalidInput` with all that keeps them from being written."""
    texts: dict[str, str] = {}
    violations: list[Violation] = []
    for contract in service.contracts:
        for form in _FORMATS:
            try:
                written = export(contract, form)
            except InvalidInput as error:
                violations += [each for each in error.violations if each not in violations]
            else:
                texts |= {} if written is None else {f"contracts/{path_of(contract)}.{form}": written.text}
    if violations:
        raise InvalidInput("the service", violations)
    return texts


def _check_place(folder: Path, *, is_there: bool) -> None:
    has_something = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if has_something and not is_there:
        raise NotCreated(
            f"{folder} exists already",
            why="nothing is overwritten",
            fix="Name another folder with --to; --refresh writes the contracts and what belongs to the platform anew.",
        )
    if is_there and not (folder / "contracts").is_dir():
        raise NotCreated(
            f"{folder} is no service", why="it has no folder contracts", fix="Leave --refresh out, or correct --to."
        )


def _write(folder: Path, service: Service, language: Language, *, kit_alone: bool) -> None:
    template = files("plures.cli.new") / "service_template" / language.template
    names = {
        "SERVICE_NAME": service.name,
        "SERVICE_PATH": service.contract.service,
        "CONTRACT_NAME": service.contract.name,
        "CONTRACT_PATH": path_of(service.contract),
        "CLASS_NAME": service.class_name,
    }
    if kit_alone:
        write(template.joinpath(*language.kit.split("/")), folder / language.kit, names)
    else:
        write(template, folder, names)


def _write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
