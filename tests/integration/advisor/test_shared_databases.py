"""A capability that keeps its tables in the application's own database cannot run apart: map, advice and plan say so."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from plures.advisor import ReadRequest, Survey, advise, draw, map_markdown, plan, read_codebase, render_html, survey
from plures.cli.codebase import map_command

CODE = {
    "shop/__init__.py": "",
    "shop/tables.py": """
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
class Invite(Base):
    __tablename__ = "invites"
""",
    "shop/invites/__init__.py": "",
    "shop/invites/contract.py": """
from typing import Protocol
from plures import command, contract
@contract("shop.invites.v1", owner="growth")
class Invites(Protocol):
    @command()
    def invite(self, email: str) -> None: ...
""",
    "shop/invites/service.py": """
from shop.tables import Invite
class InviteService:
    def invite(self, email): ...
    text = "INSERT INTO mails (id) VALUES (1)"
    def count(self, session): return session.query(Invite)
""",
    "shop/app.py": """
from plures import Capability
from shop.invites.contract import Invites
from shop.invites.service import InviteService
from shop.tables import Invite
invites = Capability(Invites, InviteService, shared_tables=[Invite, "mails"])
""",
    "shop/reports/__init__.py": "",
    "shop/reports/weekly.py": 'text = "SELECT count(*) FROM mails"\n',
}
COMPONENTS = '[components]\ninvites = ["shop/invites"]\nreports = ["shop/reports"]\n'
SENTENCE = "invites keeps invites, mails in the application's own database: it cannot run apart until it owns them."


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Survey]:
    def made(**changed: str) -> Survey:
        for name, text in (CODE | {f"shop/{name}.py": text for name, text in changed.items()}).items():
            (tmp_path / "code" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "code" / name).write_text(text)
        (tmp_path / "components.toml").write_text(COMPONENTS)
        request = ReadRequest(tmp_path / "code", definitions=tmp_path / "components.toml")
        return survey(read_codebase(request, _quiet), _quiet)

    return made


def _quiet(_what: str, _done: int, _total: int | None) -> None:
    """Ignores progress."""


def test_the_map_counts_them(shop: Callable[..., Survey], tmp_path: Path) -> None:
    found = shop()
    drawn = draw(found)
    assert [(own.component, own.tables) for own in drawn.shared_databases] == [("invites", ("invites", "mails"))]
    assert SENTENCE in map_markdown(drawn)
    assert SENTENCE.replace("'", "&#39;") in render_html(drawn)
    arguments = [str(tmp_path / "code"), "--components", str(tmp_path / "components.toml"), "--no-cache"]
    assert SENTENCE in CliRunner(env={"COLUMNS": "200"}).invoke(map_command, arguments).output
    # What is shared is one table, though a capability touches it.
    assert {table.name: table.components() for table in found.tables}["mails"] == ("invites", "reports")


def test_the_advice_names_the_tables_and_the_command(shop: Callable[..., Survey]) -> None:
    found = shop()
    [said] = [
        each.statement
        for finding in advise(found).findings
        if finding.subject == ("invites",)
        for each in finding.evidence
        if "own database" in each.statement
    ]
    assert "(invites, mails), so it cannot run apart" in said
    assert "`plures data adopt invites --from …`" in said
    first = plan(found, "invites").cuts[0]
    assert (first.kind, first.what, first.sites) == ("database", "invites, mails in the application's own database", 2)


def test_what_owns_its_tables_is_free(shop: Callable[..., Survey]) -> None:
    owning = CODE["shop/app.py"].replace(', shared_tables=[Invite, "mails"]', "")
    found = shop(app=owning)
    assert draw(found).shared_databases == ()
    assert {table.name for table in found.tables if len(table.components()) > 1} == set()
