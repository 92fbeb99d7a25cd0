"""The scripts of one capability, as Alembic reads them."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .declared import AlembicMigrations
from .errors import AlembicMissing, ScriptsUnusable, SeveralHeads, said

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script, ScriptDirectory


class Scripts:
    """Read once, with one head or branches on purpose."""

    def __init__(self, capability: str, migrations: AlembicMigrations) -> None:
        """Read them.

        Raises:
            AlembicMissing, ScriptsUnusable, SeveralHeads: As they say.
        """
        if find_spec("alembic") is None:
            raise AlembicMissing(capability)
        self.capability = capability
        self.migrations = migrations
        try:
            self.config = _config(migrations.path)
            self.directory = _directory(self.config)
            heads = self.directory.get_revisions(tuple(self.directory.get_heads()))
        # The files of the revisions are Python, and may raise anything.
        except Exception as error:
            raise ScriptsUnusable(capability, str(migrations.path), said(error)) from error
        if not _are_branches(heads):
            raise SeveralHeads(capability, ", ".join(_labelled(head) for head in heads))

    def until(self, heads: Sequence[str]) -> "list[Script]":
        """What a database with these heads has run, oldest first."""
        return self._ordered(tuple(heads), ()) if heads else []

    def after(self, heads: Sequence[str]) -> "list[Script]":
        """What a database with these heads has not run, in the order in which it would."""
        return self._ordered("heads", heads)

    def unknown(self, heads: Sequence[str]) -> list[str]:
        """Those of the heads that the scripts do not have."""
        from alembic.util import CommandError

        missing: list[str] = []
        for head in heads:
            try:
                # A part of a name would do for Alembic.
                if self.directory.get_revision(head).revision != head:
                    missing.append(head)
            except CommandError:
                missing.append(head)
        return missing

    def _ordered(self, upper: str | tuple[str, ...], lower: Sequence[str]) -> "list[Script]":
        from alembic.script.revision import RevisionError

        try:
            # Branches that have not begun are seen from the start of all.
            return list(self.directory.iterate_revisions(upper, tuple(lower), implicit_base=True))[::-1]
        except RevisionError as error:
            raise ScriptsUnusable(self.capability, str(self.migrations.path), said(error)) from error


def _config(path: Path) -> "Config":
    from alembic.config import Config

    if path.is_dir():
        config, folder = Config(), path
        # Else Alembic says that it guesses.
        config.set_main_option("path_separator", "os")
    else:
        config = Config(path)
        folder = path.parent / (config.get_main_option("script_location") or ".")
        # env.py would set up logging by it, and end what the application has set up.
        config.config_file_name = None
        config.remove_main_option("prepend_sys_path")
    if ":" not in folder.name:
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def _directory(config: "Config") -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config)


def _are_branches(heads: "Sequence[Script]") -> bool:
    labels = [head.branch_labels for head in heads]
    others = [{label for other in labels if other is not own for label in other} for own in labels]
    return len(heads) <= 1 or all(own - other for own, other in zip(labels, others, strict=True))


def _labelled(head: "Script") -> str:
    labels = ", ".join(sorted(head.branch_labels))
    return f"{head.revision} ({labels})" if labels else head.revision
