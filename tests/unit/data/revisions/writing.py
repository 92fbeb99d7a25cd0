"""Writes folders of Alembic scripts."""

import textwrap
from pathlib import Path
from typing import Any

ENV = """
from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
"""


def written(folder: Path, env: str = ENV) -> Path:
    """A folder without revisions."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(env)
    return folder


def revision(scripts: Path, name: str, below: object, *lines: str, **more: Any) -> None:
    """One more revision; `below` is the one before it, None, or several."""
    values = {"revision": name, "down_revision": below, **more}
    (scripts / "versions" / f"{name}.py").write_text(
        f'"""make {name}\n\nMore of it."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        + "".join(f"{key} = {value!r}\n" for key, value in values.items())
        + "\n\ndef upgrade():\n"
        + textwrap.indent("\n".join(lines) or "pass", "    ")
        + "\n"
    )


def table(name: str, *columns: str) -> str:
    """A line that makes a table."""
    return (
        f'op.create_table("{name}", sa.Column("id", sa.Integer, primary_key=True){"".join(f", {c}" for c in columns)})'
    )
