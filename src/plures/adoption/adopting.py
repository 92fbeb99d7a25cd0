"""From a folder to a first capability: what is found, what is written, and what is left to a person."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from plures.advisor import ReadRequest, default_cache, read_codebase, survey
from plures.errors import did_you_mean

from .code import Place, Program, Source
from .errors import NoSuchCandidate, NotApplied
from .finding import Candidate, Crossing, WebApplication, find_application, find_candidates, parameters
from .git import Checkout, checkout_of
from .writing import (
    Change,
    Named,
    application_name,
    application_text,
    capability_line,
    contract_text,
    counted,
    free_path,
    name_all,
    patch_of,
    rewrite,
    service_text,
    toml_text,
)

Progress = Callable[[str, int, int | None], None]
_SETTINGS = re.compile(r"""["']DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']""")


@dataclass(frozen=True)
class Left:
    """What a person does.

    Attributes:
        where: file:line, or a file; empty where it is no place.
    """

    where: str
    what: str


@dataclass
class Adoption:
    """What `plures adopt` says and writes."""

    folder: Path
    checkout: Checkout
    web: WebApplication
    application: str
    candidates: list[Candidate]
    chosen: Candidate | None
    named: Named | None = None
    changes: list[Change] = field(default_factory=list[Change])
    left: list[Left] = field(default_factory=list[Left])

    @property
    def patch(self) -> bytes:
        """What `git apply` takes."""
        return patch_of(self.changes)

    @property
    def lines(self) -> tuple[int, int]:
        """New lines, and changed ones."""
        return counted(self.changes)

    def apply(self) -> None:
        """Write the files.

        Raises:
            NotApplied: The folder is in no repository, or has changes, or a file has changed since it was read.
        """
        where = str(self.folder)
        if self.checkout.top is None:
            raise NotApplied(where, "no git repository holds it, so that the change could not be taken back", _BY_HAND)
        if changed := self.checkout.changes():
            raise NotApplied(
                where, f"it has changes that are not committed: {', '.join(changed[:5])}", "Commit or stash them first."
            )
        targets = [(self.checkout.top / each.path, each) for each in self.changes]
        for path, change in targets:
            if (path.read_bytes() if path.is_file() else None) != change.before:
                raise NotApplied(where, f"{change.path} is not what was read", "Run the command again.")
        for path, change in targets:
            path.write_bytes(change.after)


_BY_HAND = "Write the patch with --output, and apply it to a copy; or make a repository: git init, git add, git commit."


def adopt(folder: Path, tell: Progress, *, edge: str | None = None, candidate: str | None = None) -> Adoption:
    """Read a codebase, and write what takes its first capability out.

    Args:
        edge: What the server runs, where the code has several web applications.
        candidate: Which one, where it is not the best that is wanted.

    Raises:
        NotAFolder, NoPythonFound: The advisor says so.
        NoWebApplication, SeveralWebApplications, NoSuchEdge, NoSuchCandidate: As they say.
    """
    codebase = read_codebase(ReadRequest(folder, None, None, default_cache()), tell)
    program = Program(codebase)
    folder = folder.resolve()
    web = find_application(program, folder, edge)
    tell("looking for candidates", 0, None)
    candidates = find_candidates(program, survey(codebase, tell), web)
    chosen = _choose(program, candidates, candidate)
    name = application_name(web, folder.name)
    adoption = Adoption(folder, checkout_of(folder), web, name, candidates, chosen)
    _Writer(program, adoption).write()
    return adoption


def _choose(program: Program, candidates: list[Candidate], name: str | None) -> Candidate | None:
    if name is None:
        return next((each for each in candidates if each.is_ready), None)
    known = {each.name: each for each in candidates}
    if name in known:
        return known[name]
    short = [each for each in candidates if each.name.endswith(f".{name}")]
    if len(short) == 1:
        return short[0]
    modules = {source.module for source in program.sources.values()}
    reason = "no class and no module of this code is called so"
    if name in modules:
        reason = "no other module calls a public function of it, or an object of its classes"
    if len(short) > 1:
        reason = f"several are called so: {', '.join(each.name for each in short)}"
    listed = ", ".join(each.name for each in candidates[:8]) or "none"
    raise NoSuchCandidate(name, reason, did_you_mean(name, known) or f"The candidates are {listed}.")


class _Writer:
    def __init__(self, program: Program, adoption: Adoption) -> None:
        self._program = program
        self._to = adoption
        self._crossing = Crossing(program)

    def write(self) -> None:
        """Fill in the changes and what is left."""
        chosen = self._to.chosen
        if chosen is not None and chosen.is_ready:
            named = self._to.named = name_all(self._program, chosen, self._to.application)
            self._capability(chosen, named)
            self._wiring((chosen, named))
        else:
            self._wiring(None)
        if chosen is not None:
            self._left_of(chosen)

    def _capability(self, chosen: Candidate, named: Named) -> None:
        owners = self._program.codebase.owners.get(chosen.source.path, ())
        owner = owners[0].lstrip("@").rpartition("/")[2] if owners else self._to.application
        errors = {each.name: self._errors(chosen, each.name) for each in chosen.crossing}
        text, _ = contract_text(self._program, chosen, named, owner, errors)
        self._new(named.contract_path, text)
        if not chosen.class_name:
            self._new(named.service_path, service_text(self._program, chosen, named))
        for each in rewrite(self._program, chosen, named):
            self._change(each.source, each.text)
            if each.stays:
                self._leave(each.stays, "this import has a name that is not used any more")
        if not owners:
            self._leave(named.contract_path, f"owner={owner!r} is a guess: name the team that answers for it")

    def _wiring(self, taken: tuple[Candidate, Named] | None) -> None:
        root = self._to.web.root
        toml = f"{root}/plures.toml".lstrip("/")
        if toml in self._program.codebase.tree.paths or (self._to.folder / toml).exists():
            if taken is not None:
                chosen, named = taken
                line = capability_line(chosen, named, named.service_class).strip()
                self._leave(
                    toml, f"it is there already, so the wiring is yours: {line}, and {named.contract_class} in clients="
                )
            return
        path = free_path(self._program, root, f"{self._to.application}_app")
        module = path.rpartition("/")[2].removesuffix(".py")
        settings = self._settings(taken[0]) if taken is not None else ""
        self._new(path, application_text(self._program, taken, self._to.web, self._to.application, settings))
        self._new(toml, toml_text(module))

    def _settings(self, chosen: Candidate) -> str:
        """The module of Django's settings, where code of the candidate needs Django when it is imported."""
        if self._to.web.kind != "Django":
            return ""
        facts = self._program.codebase.facts
        waiting, seen = [chosen.source.path], set[str]()
        while waiting:
            path = waiting.pop()
            if path in seen or path not in facts:
                continue
            seen.add(path)
            if any(each.module.partition(".")[0] in ("django", "rest_framework") for each in facts[path].imports):
                found = _SETTINGS.search(self._program.sources[self._to.web.path].text)
                return found.group(1) if found else ""
            waiting += [each.target for each in self._program.codebase.imports if each.source == path]
        return ""

    def _errors(self, chosen: Candidate, operation: str) -> list[Place]:
        """The exceptions that callers get as they are: those that it raises, and those that callers catch."""
        raised = next(each.reach.raises for each in chosen.crossing if each.name == operation)
        caught = [place for each in chosen.rewritten if each.operation == operation for place in each.catches]
        found = [each for each in dict.fromkeys([*raised, *caught]) if self._can_travel(each)]
        return sorted(found, key=lambda each: each.name)

    def _can_travel(self, place: Place) -> bool:
        """Whether an exception can be made anew from what its constructor takes."""
        home = self._program.sources[place.path]
        made = next(
            (each for each in home.tree.body if isinstance(each, ast.ClassDef) and each.name == place.name), None
        )
        if made is None or place.name.startswith("_"):
            return False
        bases = [ast.unparse(each) for each in made.bases]
        above = [self._program.meaning(home, each) for each in made.bases]
        is_error = any(each == "Exception" or each.endswith("Error") for each in bases)
        is_error = is_error or any(isinstance(each, Place) and self._can_travel(each) for each in above)
        if not is_error or self._crossing.bases(place):
            return False
        constructor = next(
            (each for each in made.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None
        )
        if constructor is None:
            return True
        given = [each.annotation for each in parameters(constructor)]
        return (
            constructor.args.vararg is None
            and constructor.args.kwarg is None
            and all(each is not None and self._crossing.refusal(home, each) is None for each in given)
        )

    def _left_of(self, chosen: Candidate) -> None:
        for problem in chosen.all_problems:
            self._leave(problem.where, f"{problem.what}; {problem.fix}")
        if not chosen.is_ready:
            return
        for caller in chosen.left:
            self._leave(caller.where, f"{caller.operation or chosen.name}: the caller {caller.reason}")
        if chosen.tables:
            tables = ", ".join(chosen.tables)
            self._leave(
                "",
                f"it works on tables of the application ({tables}), in transactions of its own: it stays with the edge until it owns them",
            )

    def _new(self, path: str, text: str) -> None:
        self._to.changes.append(Change(self._to.checkout.prefix + path, None, text.encode()))

    def _change(self, source: Source, text: str) -> None:
        before, after = source.text.encode(source.encoding), text.encode(source.encoding)
        self._to.changes.append(Change(self._to.checkout.prefix + source.path, before, after))

    def _leave(self, where: str, what: str) -> None:
        left = Left(where, what)
        if left not in self._to.left:
            self._to.left.append(left)
