"""From a project to images: which processes, which packages, which layers. Writes nothing where images go; `command` does."""

import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from plures.cli.project import Project
from plures.images import (
    Base,
    CommandFailed,
    Entry,
    Image,
    Layer,
    Platform,
    Start,
    UnknownProcess,
    Wheel,
    config_of,
    entry_of,
    manifest_of,
    modules_below,
    sbom_of,
)
from plures.targets import USER
from plures.topology import ImageSettings, ProcessImage, ResolvedProcess

from .bases import base_of
from .cached import Layers
from .choosing import Wanted, chosen_of, default_files
from .needs import Code, check_capabilities, check_packages, packages_of
from .packages import environment_of, locked_wheels, project_wheels
from .sources import Commit, all_files_of, commit_of, files_of
from .starting import APP, DATA, PACKAGES, Told, labels_of, start_of, start_of_command

_OURS = "plures"


class Built(msgspec.Struct, frozen=True):
    """An image, and what to tell of it.

    Attributes:
        processes: What it runs.
        packages: Names of the packages in it.
        left_out: Those of the lock that it can do without.
        sbom: Its bill of materials.
    """

    image: Image
    processes: Sequence[str]
    packages: Sequence[str]
    left_out: Sequence[str]
    sbom: bytes


def build(project: Project, folder: Path, file: Path, wanted: Wanted) -> list[Built]:
    """Make the images, without writing them where they go.

    Raises:
        PluresError: Something that they need is missing or wrong.
    """
    return _Building(project, folder, file, wanted).all()


class _Material(msgspec.Struct, frozen=True):
    """What the images of processes of ours are made of."""

    files: Sequence[Entry]
    code: Code
    projects: Mapping[str, Wheel]
    base: Base


class _Building:
    def __init__(self, project: Project, folder: Path, file: Path, wanted: Wanted) -> None:
        self._project, self._folder, self._file, self._wanted = project, folder, file, wanted
        self._settings = project.settings.images
        self._topology = project.topology(wanted.topology)
        self._platform = Platform(*(wanted.platform or self._settings.platform))
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        self._python = self._settings.python or here
        self._commit: Commit = commit_of(folder)
        self._name = self._settings.name or project.assembly.name
        compiles = self._python == here and sys.implementation.name == "cpython"
        self._layers = Layers(wanted.cache, wanted.compression, compiles=compiles)

    def all(self) -> list[Built]:
        chosen = chosen_of(self._topology, self._settings, self._wanted)
        ours = [process for process in chosen if process.ours]
        built = [self._of_command(process) for process in chosen if not process.ours]
        if ours:
            with _project_wheels(self._settings, self._folder) as projects:
                built += self._of_ours(ours, projects)
        self._layers.forget()
        return sorted(built, key=lambda each: each.image.name)

    def _of_ours(self, chosen: Sequence[ResolvedProcess], projects: Mapping[str, Wheel]) -> Iterator[Built]:
        base = base_of(self._wanted.base or self._settings.base, self._wanted.cache, self._platform)
        locked = {
            wheel.name: wheel
            for wheel in locked_wheels(
                self._settings, self._folder, self._wanted.cache, platform=self._platform, python=self._python
            )
        }
        wheels = {**locked, **{wheel.name: wheel for wheel in projects.values()}}
        check_packages(self._project.settings, wheels)
        files = self._files()
        code = Code(wheels, self._modules(files, projects), environment_of(self._platform, self._python))
        # Of all processes of the topology, whichever are asked for: one commit has one digest for each of its images.
        everyone = [process for process in self._topology.processes.values() if process.ours]
        groups = {"": everyone} if self._wanted.together else {process.name: [process] for process in everyone}
        needs = {
            name: packages_of(group, self._project.assembly, self._project.settings, code)
            for name, group in groups.items()
        }
        own = {wheel.name for wheel in projects.values()}
        shared = sorted(frozenset[str].intersection(*map(frozenset[str], needs.values())) - own)
        for process in everyone:
            check_capabilities(process, self._project.assembly, self._project.settings, code)
        for name, group in groups.items():
            if self._wanted.together or group[0] in chosen:
                rest = sorted(set(needs[name]) - own - {*shared})
                yield self._image(
                    group, _Material(files, code, projects, base), shared, rest, sorted(set(locked) - set(needs[name]))
                )

    def _image(
        self,
        group: Sequence[ResolvedProcess],
        material: _Material,
        shared: Sequence[str],
        rest: Sequence[str],
        left_out: Sequence[str],
    ) -> Built:
        files, code, projects, base = material.files, material.code, material.projects, material.base
        is_alone = len(self._topology.processes) == 1
        name = self._project.assembly.name if self._wanted.together or is_alone else group[0].name
        start = start_of(
            self._topology.name, None if self._wanted.together or is_alone else group[0], self._settings.environment
        )
        packages = [code.wheels[each] for each in (*shared, *rest)]
        installed = [*packages, *projects.values()]
        sbom = sbom_of(
            self._full(name),
            self._commit.label,
            installed,
            base=base.digest,
            own=[wheel.name for wheel in projects.values()],
        )
        layers = [
            self._packed("packages that all processes share", [code.wheels[each] for each in shared]),
            self._packed("packages of this process", [code.wheels[each] for each in rest]),
            *(self._packed(f"project {project}", [wheel], is_own=True) for project, wheel in projects.items()),
            self._layers.of_files(
                "data of the application", [_data_folder(), *(each for each in files if not _is_code(each))]
            ),
            # A commit changes both of these: they are one layer.
            self._layers.of_files(
                "code of the application",
                [*(each for each in files if _is_code(each)), Entry(f"{APP}/sbom.cdx.json", lambda: sbom)],
            ),
        ]
        image = self._described(name, group, [each for each in layers if each is not None], start, base)
        names = [wheel.name for wheel in installed]
        return Built(image, [process.name for process in group], sorted(names), left_out, sbom)

    def _of_command(self, process: ResolvedProcess) -> Built:
        how = self._settings.processes.get(process.name, ProcessImage())
        if how.command is not None:
            # It stands in plures.toml, as the command that starts the process does.
            status = subprocess.run(how.command, shell=True, cwd=self._folder, check=False).returncode  # noqa: S602 - as in plures.toml
            if status:
                raise CommandFailed(process.name, how.command, status)
        base = base_of(how.base or self._wanted.base or self._settings.base, self._wanted.cache, self._platform)
        found = all_files_of(self._folder, how.files)
        if lost := [each for each in how.files if not (self._folder / each).exists()]:
            raise UnknownProcess(
                process.name,
                self._topology.name,
                f"there is no {', '.join(lost)}",
                "Correct its files in [build.processes].",
            )
        entries = [entry_of(f"{APP}/{path}", file) for path, file in found.items()]
        start = start_of_command(process.command or "", {**self._settings.environment, **process.environment})
        sbom = sbom_of(self._full(process.name), self._commit.label, [], base=base.digest)
        layers = [
            self._layers.of_files(f"process {process.name}", [*entries, Entry(f"{APP}/sbom.cdx.json", lambda: sbom)])
        ]
        return Built(self._described(process.name, [process], layers, start, base), [process.name], [], [], sbom)

    def _described(
        self,
        name: str,
        group: Sequence[ResolvedProcess],
        layers: Sequence[tuple[Layer, Path]],
        start: Start,
        base: Base,
    ) -> Image:
        own = [layer for layer, _ in layers]
        told = Told(self._full(name), self._project.assembly, self._topology.name, group)
        labels = labels_of(told, self._commit, base)
        config = config_of(base.config, own, start, labels, platform=self._platform, created=self._commit.created)
        described = [{"digest": each.digest, "mediaType": each.media_type, "size": each.size} for each in own]
        manifest = manifest_of(config, [*base.layers, *described], labels)
        full = f"{self._full(name)}:{self._commit.tag}"
        return Image(name, full, config, manifest, layers, base, self._platform)

    def _full(self, name: str) -> str:
        return self._name if name == self._project.assembly.name else f"{self._name}/{name}"

    def _files(self) -> list[Entry]:
        wanted = default_files(self._settings, self._project.settings.application, self._folder)
        found = files_of(self._folder, wanted, self._settings.exclude)
        entries = [entry_of(f"{APP}/{path}", file) for path, file in found.items()]
        return [*entries, entry_of(f"{APP}/plures.toml", self._file)]

    def _modules(self, files: Sequence[Entry], projects: Mapping[str, Wheel]) -> dict[str, Entry]:
        """Plures itself is left to the placement: its modules import what extras bring."""
        found = modules_below(APP, files)
        for wheel in projects.values():
            if wheel.name != _OURS:
                found |= modules_below(PACKAGES, wheel.entries(PACKAGES))
        return found

    def _packed(self, about: str, wheels: Sequence[Wheel], *, is_own: bool = False) -> tuple[Layer, Path] | None:
        if not wheels:
            return None
        if is_own:
            return self._layers.of_files(about, list(wheels[0].entries(PACKAGES)))
        made_of = [f"{wheel.file_name} {wheel.sha256}" for wheel in wheels]
        return self._layers.of(about, made_of, lambda: (entry for wheel in wheels for entry in wheel.entries(PACKAGES)))


@contextmanager
def _project_wheels(settings: ImageSettings, folder: Path) -> Generator[dict[str, Wheel]]:
    made = project_wheels(settings.projects, folder)
    try:
        yield {project: wheel for project, (wheel, _) in made.items()}
    finally:
        for _, place in made.values():
            shutil.rmtree(place, ignore_errors=True)


def _is_code(entry: Entry) -> bool:
    return entry.path.endswith((".py", "plures.toml"))


def _data_folder() -> Entry:
    return Entry(DATA, mode=0o700, is_folder=True, owner=USER)
