"""Reads a codebase once: files, facts, imports, components, history. Gathers what later steps look at, and judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from plures.advisor.errors import NoPythonFound
from plures.advisor.model import Problem

from .cache import Cache
from .cached_reading import facts_of, history_of
from .checkout import Checkout, open_checkout
from .components import Division, divide_by_folders, overlay
from .definitions import Definitions
from .imports import ImportEdge, resolve_imports
from .notes import notes_on
from .packages import ModuleIndex, distribution_folders, is_namespace, is_python_2, package_name, project_folders
from .python import ModuleFacts
from .repository import History, Tree, WebAddress, read_owners
from .request import Progress, ReadRequest
from .roles import Role, roles


@dataclass(frozen=True)
class Codebase:
    """Everything that was read.

    Attributes:
        facts: Of production and test files, by path.
        production: Paths of production files.
        imports: Between production files.
        history: None when there is none to read.
        owners: Owners by path of a production file, as CODEOWNERS says.
        web: Where files and commits can be looked at.
        notes: Sentences that say what could not be read.
    """

    name: str
    tree: Tree
    facts: Mapping[str, ModuleFacts]
    production: frozenset[str]
    index: ModuleIndex
    division: Division
    imports: tuple[ImportEdge, ...]
    history: History | None
    definitions: Definitions
    owners: Mapping[str, tuple[str, ...]]
    web: WebAddress
    notes: tuple[str, ...]


def read_codebase(request: ReadRequest, progress: Progress) -> Codebase:
    """Read everything.

    Raises:
        NotAFolder: The path is no folder.
        UnknownCommit: The repository does not have the commit.
        NoPythonFound: There is no production code in Python.
        InvalidInput: The file of definitions is wrong, or a component that it names has no file.
    """
    return understand(open_checkout(request, progress), Cache(request.cache), progress)


def understand(checkout: Checkout, cache: Cache, progress: Progress) -> Codebase:
    """Parse the files, follow their imports, divide them into components, and read the history.

    Raises:
        NoPythonFound: There is no production code in Python.
        InvalidInput: A component that the user named has no file.
    """
    tree, definitions = checkout.tree, checkout.definitions
    kinds = roles(tree.paths)
    wanted = [path for path, role in kinds.items() if role in {Role.PRODUCTION, Role.TEST}]
    facts = facts_of(checkout, wanted, cache, progress)
    is_code = {path: not facts[path].problem.startswith("binary") for path in facts}
    production = frozenset(path for path in facts if kinds[path] is Role.PRODUCTION and is_code[path])
    if not production:
        raise NoPythonFound(str(checkout.folder), len(tree.paths))
    written = {path: facts[path] for path in sorted(production)}
    shared = {path for path, module in written.items() if is_namespace(path, module.lines, tree.text(path))}
    projects = project_folders(tree.paths)
    index = ModuleIndex(
        kinds, projects, python_2=is_python_2(written), namespaces=shared, package=package_name(checkout.folder)
    )
    lines = {path: facts[path].lines for path in production}
    apart = distribution_folders(tree.paths)
    division = overlay(divide_by_folders(lines, index.name_of, definitions.divide, apart), definitions, lines)
    progress("following imports", 0, None)
    imports = resolve_imports(written, index)
    history, notes = history_of(checkout, cache, progress)
    return Codebase(
        name=checkout.name,
        tree=tree,
        facts=facts,
        production=production,
        index=index,
        division=division,
        imports=imports,
        history=history,
        definitions=definitions,
        owners=read_owners(tree, sorted(production)),
        web=checkout.web if history else WebAddress(),
        notes=(*notes, *notes_on(tree, kinds)),
    )


def unread(codebase: Codebase) -> tuple[Problem, ...]:
    """Files that could not be read fully, with the reason."""
    unparsed = {path: module.problem for path, module in codebase.facts.items() if module.problem}
    return tuple(Problem(path, reason) for path, reason in sorted((unparsed | codebase.tree.skipped).items()))
