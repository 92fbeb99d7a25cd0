"""What can go wrong while an image is built."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class BaseUnreadable(PluresError):
    """The base of an image is missing, damaged, or no image at all."""

    code = "build.base"
    wording = Text("Cannot build on {base}", why="{reason}", fix="{remedy}")

    base: str
    reason: str
    remedy: str


@dataclass(eq=False)
class OutputExists(PluresError):
    """Where the images should go lies something that is no image."""

    code = "build.output_exists"
    wording = Text(
        "Cannot write images to {path}",
        why="what is there is no image layout, and would be lost",
        fix="Name another place with --output, or remove what is there.",
    )

    path: str


@dataclass(eq=False)
class NotWritten(PluresError):
    """The operating system refused to write. What was there before is as it was."""

    code = "build.not_written"
    wording = Text("Cannot write {path}", why="{reason}", fix="{remedy}")

    path: str
    reason: str
    remedy: str


@dataclass(eq=False)
class PackagesMissing(PluresError):
    """Locked packages cannot be had as wheels for the platform of the image."""

    code = "build.packages"
    wording = Text("Cannot get the packages of {lock} for {platform}, Python {python}", why="{reason}", fix="{remedy}")

    lock: str
    platform: str
    python: str
    reason: str
    remedy: str


@dataclass(eq=False)
class ProjectNotBuilt(PluresError):
    """A project of this machine cannot be built into a wheel."""

    code = "build.project"
    wording = Text(
        "Cannot build the project in {folder}",
        why="{reason}",
        fix="Install what its pyproject.toml names below [build-system] beside Plures; then see what `pip wheel --no-deps --no-build-isolation {folder}` says.",
    )

    folder: str
    reason: str


@dataclass(eq=False)
class CommandFailed(PluresError):
    """The command that builds a service in another language ended with an error."""

    code = "build.command"
    wording = Text(
        "Cannot build the process {process}",
        why="`{command}` ended with {status}",
        fix="Run it by hand, and see what it says.",
    )

    process: str
    command: str
    status: int


@dataclass(eq=False)
class UnknownProcess(PluresError):
    """A process was asked for that the topology does not have, or of which there is nothing to build."""

    code = "build.unknown_process"
    wording = Text("Cannot build the process {name!r} of the topology {topology}", why="{reason}", fix="{remedy}")

    name: str
    topology: str
    reason: str
    remedy: str


@dataclass(eq=False)
class CapabilityMissing(PluresError):
    """An image would lack the code of what its process hosts."""

    code = "build.capability_missing"
    wording = Text(
        "The image of {process} would lack {missing}",
        why="neither the packages of the lock nor the files of the application have it",
        fix="Add its folder to files in [build], its project to projects, or its package to the lock.",
    )

    process: str
    missing: str


@dataclass(eq=False)
class LayoutUnreadable(PluresError):
    """The images that were named cannot be read."""

    code = "build.layout_unreadable"
    wording = Text("Cannot read the images in {path}", why="{reason}", fix="Name the folder that `plures build` wrote.")

    path: str
    reason: str
