"""An existing class as a capability: its methods are the contract, its exceptions arrive as what they were, in each placement."""

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from plures import Application, Capability
from plures.application import assemble
from plures.errors import InvalidInput
from plures.testing import Running, Where, placements


class Invite(BaseModel):
    email: str
    tags: list[str] = []


class AlreadyInvited(Exception):
    def __init__(self, email: str, times: int = 1) -> None:
        super().__init__(f"{email} was invited {times} times")
        self.email = email
        self.times = times


class Closed(Exception):
    """The list is closed."""


@dataclass
class Mailer:
    host: str


class InviteService:
    """Invites people."""

    def __init__(self, mailer: Mailer, limit: int = 3) -> None:
        self._mailer, self._limit = mailer, limit
        self._invites: dict[str, Invite] = {}

    @property
    def size(self) -> int:
        return len(self._invites)

    async def create(self, email: str, tags: list[str] | None = None) -> Invite:
        if email == "closed":
            raise Closed("for the night")
        if email in self._invites:
            raise AlreadyInvited(email, times=2)
        if email == "bad":
            raise ValueError("secret")
        self._invites[email] = Invite(email=email, tags=tags or [])
        return self._invites[email]

    async def find(self, email: str) -> Invite | None:
        return self._invites.get(email)

    def _hidden(self) -> None: ...


def make() -> InviteService:
    return InviteService(Mailer("127.0.0.1"))


def wrapped(**more: Any) -> Capability:
    values: dict[str, Any] = {"queries": ["find"], "errors": [AlreadyInvited, Closed], "factory": make}
    return Capability.wrap(InviteService, name="tickets.invites.v1", owner="growth", **(values | more))


running = placements(Application("tickets", [wrapped()]), where=[Where.IN_PROCESS, Where.CHECKED, Where.OVER_THE_WIRE])


async def test_it_is_called_by_its_class_and_raises_its_own_exceptions(running: Running) -> None:
    invites = running.client(InviteService)
    created = await invites.create("anna", ["vip"])
    created.tags.append("mine")
    assert await invites.find("anna") == Invite(email="anna", tags=["vip"])
    with pytest.raises(AlreadyInvited) as caught:
        await invites.create("anna")
    assert (type(caught.value), caught.value.email, caught.value.times, str(caught.value)) == (
        AlreadyInvited, "anna", 2, "anna was invited 2 times",
    )  # fmt: skip
    with pytest.raises(Closed, match="for the night"):
        await invites.create("closed")


def test_what_it_is_derived_as() -> None:
    [capability] = assemble(Application("tickets", [wrapped()])).capabilities.values()
    assert capability.contract.service == "tickets.invites.v1.Invites"
    told = {name: (each.declaration.is_query, each.path) for name, each in capability.contract.operations.items()}
    assert told == {
        "create": (False, "/tickets.invites.v1.Invites/Create"),
        "find": (True, "/tickets.invites.v1.Invites/Find"),
    }


class Untyped:
    async def ask(self, what, *, how) -> None:  # type: ignore[no-untyped-def]
        ...

    async def answer(self, what: str):  # type: ignore[no-untyped-def]
        ...


def test_each_missing_annotation_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("tickets", [Capability.wrap(Untyped, name="a.b.v1", owner="x", queries=["gone"])]))
    told = str(caught.value)
    for each in (
        "Untyped.ask(what): has no type",
        "Untyped.ask(how): has no type",
        "Untyped.answer -> : has no return type",
        "no public method 'gone'",
    ):
        assert each in told


def test_what_the_constructor_asks_for_and_plures_has_not() -> None:
    with pytest.raises(InvalidInput, match=r"'mailer' asks for"):
        assemble(Application("tickets", [wrapped(factory=None)]))


def test_exceptions_of_python_are_no_declared_errors() -> None:
    with pytest.raises(InvalidInput, match="ValueError among its errors"):
        assemble(Application("tickets", [wrapped(errors=[ValueError])]))
