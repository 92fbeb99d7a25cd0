"""`plures contract`: the source of a contract says what the contract says."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from plures.application import Application, Capability, assemble
from plures.cli.contract.source import source_of
from plures.contract import ContractDescription, is_contract, read_contract

ROOT = Path(__file__).parents[4]
Run = Callable[..., Result]

PARTS = """
from pydantic import BaseModel


class Invite(BaseModel):
    email: str
    kind: str = "Invite of the other module"
"""
SERVICE = r'''
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Generic, Literal, NewType, TypeVar

from plures import ContractError, Message, Meta
from pydantic import BaseModel, Field

from . import parts

T = TypeVar("T")
Email = NewType("Email", str)


class Colour(Enum):
    RED = "red"


class Size(Message):
    width: int = 1


class Page(BaseModel, Generic[T]):
    items: list[T]


class Invite(BaseModel):
    """One invitation."""

    email: str = Field(min_length=1)
    tags: list[str] = []


class Card(Message):
    number: str


class AlreadyInvited(Exception):
    def __init__(self, email: str, count: int = 1) -> None:
        super().__init__(f"{email} has an invitation")
        self.email = email
        self.count = count


class Full(ContractError, status="resource_exhausted"):
    """There are too many."""

    most: int


class InviteService:
    """Invites "people"

    and more than \\one line.
    """

    class Inner(Message):
        text: str

    def create(self, email: Annotated[str, Meta(min_length=1, pattern=r"^[^\s\"]+$")], tags: list[str]) -> Invite:
        """Ends with a "quote\""""
        return Invite(email=email, tags=tags)

    def find(self, email: Email, /, kind: Literal["a", "b"] = "a", *, colour: Colour = Colour.RED) -> Invite | None:
        return None

    async def list(self, size: Size = Size(width=3), at: Decimal = Decimal("1.50")) -> "Page[Invite]":
        return Page[Invite](items=[])

    async def walk(self, since: datetime, wait: timedelta = timedelta(seconds=5)) -> AsyncIterator[parts.Invite]:
        yield parts.Invite(email="")

    def several(
        self, by_name: Mapping[str, int], ids: Sequence[int], pair: tuple[int, str], rest: tuple[int, ...] = (), more: dict[str, Card] = {}
    ) -> "list[Card]":
        return []

    def drop(self, what: Card | Inner) -> None: ...

    def _hidden(self) -> object: ...
'''
APP = """
from plures import Application, Capability

from .service import AlreadyInvited, Full, InviteService

app = Application("frozen", [
    Capability.wrap(InviteService, name="frozen.invites.v1", owner='the "growth" team', queries=["find", "list", "walk"],
        idempotent=["drop"], errors=[AlreadyInvited, Full], deadline_s=2.5),
])
"""


@pytest.fixture
def wrapped(here: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """An application in the current folder, in a package of its own name, which is gone afterwards."""
    package = f"frozen_{abs(hash(request.node.name))}"
    (here / package).mkdir()
    for name, text in {"__init__": "", "parts": PARTS, "service": SERVICE, "app": APP}.items():
        (here / package / f"{name}.py").write_text(text.lstrip())
    (here / "plures.toml").write_text(f'[application]\nimport = "{package}.app:app"\n')
    path = list(sys.path)
    yield package
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]


def said(contract: ContractDescription) -> dict[str, Any]:
    """All that peers, callers and hosts see of a contract."""
    return {
        "contract": (contract.name, contract.capability, contract.service, contract.owner, contract.doc),
        "events": [(event.name, event.key, event.python) for event in contract.events],
        "operations": {
            name: (
                each.path, each.declaration, each.streams, each.blocks, each.wraps_answer, [(p.name, p.kind, p.default) for p in each.signature.parameters.values()],
                each.request.message.json_schema(), each.answer.message.json_schema(),
                [(e.name, e.original or e.python, e.python.status, e.codec.message.json_schema()) for e in each.errors],
            )
            for name, each in contract.operations.items()
        },
    }  # fmt: skip


def test_what_is_written_is_the_same_contract(here: Path, plures: Run, wrapped: str) -> None:
    result = plures("contract", "write", "invites")
    assert result.exit_code == 0, result.output
    module = importlib.import_module(f"{wrapped}.contract")
    service = importlib.import_module(f"{wrapped}.service")
    derived, _ = read_contract(service.InviteService)
    written, violations = read_contract(module.Invites)
    assert violations == []
    left, right = said(derived), said(written)
    for name in left["operations"]:
        assert right["operations"][name] == left["operations"][name]
    assert right == left
    assert f"from {wrapped}.contract import Invites" in result.stdout
    assert "Capability(Invites, InviteService, …)" in result.stdout
    assemble(Application("frozen", [Capability(module.Invites, service.InviteService)]))
    shown = plures("contract", "show").stdout
    assert (
        shown
        == f"# frozen.invites.v1, derived from {wrapped}.service.InviteService\n"
        + (here / wrapped / "contract.py").read_text()
    )
    assert json.loads(plures("contract", "show", "invites", "--json").stdout)["contracts"][0]["derived"] is True


def test_what_is_written_has_no_errors_for_type_checkers(here: Path, plures: Run, wrapped: str) -> None:
    assert plures("contract", "write", "invites").exit_code == 0
    checked = f"{wrapped}/contract.py"
    (here / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    for command in (
        ["mypy", "--strict", "--follow-imports=silent", "--no-incremental", checked],
        ["pyright", "--pythonpath", sys.executable, checked],
    ):
        finished = subprocess.run(
            [Path(sys.executable).parent / command[0], *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr


def test_a_file_that_exists_is_kept(here: Path, plures: Run, wrapped: str) -> None:
    target = here / wrapped / "contract.py"
    target.write_text("mine")
    refused = plures("contract", "write", "invites")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert target.read_text() == "mine"
    assert plures("contract", "write", "invites", "--to", "other.py").exit_code == 0
    assert plures("contract", "write", "invites", "--force").exit_code == 0
    assert target.read_text() == (here / "other.py").read_text()
    # What the contract is made of is never written over.
    lost = plures("contract", "write", "invites", "--to", f"{wrapped}/service.py", "--force")
    assert lost.exit_code == 2
    assert (here / wrapped / "service.py").read_text() == SERVICE.lstrip()
    nowhere = plures("contract", "write", "invites", "--to", "no/such/folder.py")
    assert "No such file" in nowhere.stderr


def test_a_capability_that_is_none(plures: Run, wrapped: str) -> None:
    for command in ("show", "write"):
        refused = plures("contract", command, "invite")
        assert refused.exit_code == 2
        assert "Did you mean 'invites'?" in refused.stderr


def test_a_written_contract_is_shown_and_not_written_again(here: Path, plures: Run, wrapped: str) -> None:
    plures("contract", "write", "invites")
    text = (here / wrapped / "contract.py").read_text()
    app = f"""
from plures import Application, Capability
from {wrapped}.contract import Invites
app = Application("frozen", [Capability(Invites)])
"""
    (here / wrapped / "second.py").write_text(app)
    (here / "plures.toml").write_text(f'[application]\nimport = "{wrapped}.second:app"\n')
    shown = plures("contract", "show", "invites").stdout
    assert shown == f"# frozen.invites.v1, written as {wrapped}.contract.Invites\n{text}"
    assert "written already" in plures("contract", "write", "invites", "--force").stderr


def test_contracts_of_the_marketplace() -> None:
    modules = [
        importlib.import_module(f"marketplace.{file.parent.name}.contract")
        for file in (ROOT / "marketplace").glob("*/contract.py")
    ]
    contracts = [
        each
        for module in modules
        for each in vars(module).values()
        if is_contract(each) and each.__module__ == module.__name__
    ]
    assert contracts
    for python in contracts:
        contract, _ = read_contract(python)
        scope: dict[str, Any] = {"__name__": "written"}
        exec(source_of(contract).text, scope)
        written, violations = read_contract(scope[python.__name__])
        assert violations == []
        assert said(written) == said(contract)
