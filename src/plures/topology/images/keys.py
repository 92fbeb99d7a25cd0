"""The keys of `[build]`."""

from collections.abc import Sequence

from plures.topology.key import Key, table, text

BASE = text(
    "base",
    "What images are built on, named by digest: oci:PATH for a layout on this machine, a folder or an archive, or the name of an image in a registry.",
    'base = "docker.io/library/python:3.11-slim-bookworm@sha256:…"',
)
LOCK = Key("lock", (str,), "requirements.txt", "The locked packages, with hashes.", 'lock = "requirements/run.txt"')
PROJECTS = Key[Sequence[str]](
    "projects",
    (list,),
    (),
    "Folders with a pyproject.toml that are installed beside the locked packages.",
    'projects = ["."]',
)
FILES = Key[Sequence[str]](
    "files",
    (list,),
    (),
    "Files and folders of the application. Of a folder, what git knows. Left out: the package of the application. plures.toml itself is always there.",
    'files = ["shop"]',
)
EXCLUDE = Key[Sequence[str]](
    "exclude", (list,), (), "Patterns of paths that stay out of images.", 'exclude = ["*/tests/*"]'
)
PACKAGES = Key[Sequence[str]](
    "packages",
    (list,),
    (),
    "Packages of the lock that images get although no module imports them, such as drivers that a URL names.",
    'packages = ["psycopg"]',
)
IMAGE_VARIABLE = text("VARIABLE", "A variable and its value.", 'VARIABLE = "value"')
IMAGE_ENVIRONMENT = table(
    "environment",
    "Variables that all images set. No secrets: who has the image reads them.",
    'environment = { SHOP_DATA = "/data" }',
    IMAGE_VARIABLE,
)
PLATFORM = Key("platform", (str,), "linux/amd64", "What images run on.", 'platform = "linux/arm64"')
PYTHON = text("python", "The Python of the base. Left out: the one that runs `plures build`.", 'python = "3.12"')
NAME = text("name", "What images are called. Left out: the name of the application.", 'name = "registry.example/shop"')
COMMAND = text("command", "Command line that makes what the process starts.", 'command = "make shipping"')
PROCESS_FILES = Key[Sequence[str]](
    "files", (list,), (), "Files and folders that its image gets, known to git or not.", 'files = ["shipping/bin"]'
)
PROCESS_BASE = text(
    "base", "What its image is built on. Left out: the base of all.", 'base = "oci:bases/static@sha256:…"'
)
PROCESS = table(
    "PROCESS",
    "A process that a command starts: in another language, as a rule.",
    'PROCESS = { command = "make shipping", files = ["shipping/bin"] }',
    *(COMMAND, PROCESS_FILES, PROCESS_BASE),
)
PROCESSES = table("processes", "How the images of processes in other languages are made.", "[build.processes]", PROCESS)
BUILD = table(
    "build",
    "What `plures build` makes images of.",
    "[build]",
    *(BASE, LOCK, PROJECTS, FILES, EXCLUDE, PACKAGES, IMAGE_ENVIRONMENT, PLATFORM, PYTHON, NAME, PROCESSES),
)
