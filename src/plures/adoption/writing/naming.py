"""What the new files, classes and capabilities are called, so that nothing that exists has that name."""

import ast
import re
from dataclasses import dataclass
from typing import Final

from plures.adoption.code import Program
from plures.adoption.finding import Candidate, WebApplication

_SUFFIX: Final = re.compile(r"(?<=[a-z0-9])(?:Service|Manager|Provider|Impl|Facade)$")
_GENERIC: Final = frozenset("app main wsgi asgi server api web application src config backend project run".split())


@dataclass(frozen=True)
class Named:
    """The names for one candidate.

    Attributes:
        contract: Name on the wire: shop.invites.v1.
        contract_class: The class.
        service_class: The class that is written for the functions of a module; the candidate's own otherwise.
        contract_path: The file, from the folder that was asked for; contract_module is how it is imported.
    """

    word: str
    contract: str
    contract_class: str
    service_class: str
    contract_path: str
    contract_module: str
    service_path: str
    service_module: str


def application_name(web: WebApplication, folder_name: str) -> str:
    """A lower-case word for the application."""
    parts = [part for part in web.module.split(".") if part not in _GENERIC]
    return spelled(parts[0] if parts else folder_name)


def name_all(program: Program, candidate: Candidate, application: str) -> Named:
    """Names for what is written of a candidate."""
    source = candidate.source
    word = _word(candidate)
    top = spelled(source.module.partition(".")[0])
    package = top if "." in source.module and top != word else application
    taken = _taken(candidate)
    pascal = "".join(part[:1].upper() + part[1:] for part in word.split("_"))
    contract_class = next(
        each for each in (pascal, f"{pascal}Contract", f"{pascal}Capability", f"{pascal}Wire") if each not in taken
    )
    service_class = candidate.class_name or next(
        each for each in (f"{pascal}Service", f"{pascal}Functions") if each not in taken
    )
    contract_path, contract_module = _beside(program, candidate, "contract")
    service_path, service_module = _beside(program, candidate, "service")
    return Named(
        word, f"{package}.{word}.v1", contract_class, service_class, contract_path, contract_module, service_path, service_module
    )  # fmt: skip


def spelled(text: str) -> str:
    """A lower-case word with which contracts and applications can be called."""
    word = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return word if word[:1].isalpha() else f"app_{word}".strip("_")


def free_path(program: Program, folder: str, stem: str) -> str:
    """A path of a Python file that does not exist; a folder of that name would be imported instead of it."""
    paths = program.codebase.tree.paths
    for ending in ("", "_plures", "_plures_2"):
        path = f"{folder}/{stem}{ending}.py".lstrip("/")
        package = path.removesuffix(".py") + "/"
        if path not in paths and not any(each.startswith(package) for each in paths):
            return path
    return path


def _beside(program: Program, candidate: Candidate, what: str) -> tuple[str, str]:
    source = candidate.source
    folder = source.path.rpartition("/")[0]
    stem = what if source.is_package else f"{source.module.rpartition('.')[2]}_{what}"
    if candidate.class_name and not source.is_package:
        stem = f"{_word(candidate)}_{what}"
    path = free_path(program, folder, stem)
    package = source.module if source.is_package else source.module.rpartition(".")[0]
    return path, f"{package}.{path.rpartition('/')[2].removesuffix('.py')}".lstrip(".")


def _word(candidate: Candidate) -> str:
    """What it is about: the module's name where the class is called like it, InviteService in invites.py."""
    last = spelled(candidate.source.module.rpartition(".")[2])
    if not candidate.class_name:
        return last
    word = spelled(_snake(_SUFFIX.sub("", candidate.class_name)))
    return last if last in (word, f"{word}s") else word


def _taken(candidate: Candidate) -> set[str]:
    """All names in the files that get a new one."""
    files = {candidate.source, *(each.source for each in candidate.callers)}
    found: set[str] = {candidate.class_name}
    for source in files:
        for node in ast.walk(source.tree):
            match node:
                case (
                    ast.Name(id=name)
                    | ast.ClassDef(name=name)
                    | ast.FunctionDef(name=name)
                    | ast.AsyncFunctionDef(name=name)
                ):
                    found.add(name)
                case ast.alias():
                    found.add(node.asname or node.name.partition(".")[0])
                case _:
                    pass
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
