"""Tables of capabilities in the application's own database: what they are called, and that each has one owner."""

from typing import Any, Protocol

import pytest
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from plures import Application, Capability, contract, query
from plures.application import assemble
from plures.errors import InvalidInput


@contract("shop.invites.v1", owner="tests")
class Invites(Protocol):
    @query()
    async def count(self) -> int: ...


@contract("shop.members.v1", owner="tests")
class Members(Protocol):
    @query()
    async def count(self) -> int: ...


class Service:
    async def count(self) -> int:
        return 1


class Base(DeclarativeBase):
    pass


class Invite(Base):
    __tablename__ = "invites"
    id: Mapped[int] = mapped_column(primary_key=True)


class DjangoModel:
    class _meta:  # noqa: N801 - as Django calls it
        db_table = "helpdesk_ticket"


def problems(*capabilities: Capability) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("shop", capabilities))
    assert all(violation.fix for violation in caught.value.violations)
    return [(violation.where, violation.what) for violation in caught.value.violations]


def test_tables_are_named_as_their_application_has_them() -> None:
    logs = Table("logs", MetaData(), Column("id", Integer), schema="audit")
    tables = ["queue", Invite, Invite.__table__, logs, DjangoModel]
    assembly = assemble(Application("shop", [Capability(Invites, Service, shared_tables=tables)]))
    expected = ("queue", "invites", "audit.logs", "helpdesk_ticket")
    assert assembly.capabilities["invites"].shared_tables == expected
    assert assembly.facts.capabilities["invites"].shared_tables == expected


def test_a_table_has_one_owner_whatever_its_capital_letters() -> None:
    both = (
        Capability(Invites, Service, shared_tables=["invites", "Queue"]),
        Capability(Members, Service, shared_tables=["queue"]),
    )
    assert problems(*both) == [
        ("table 'queue'", "is claimed by the capabilities 'invites' and 'members', and a table has one owner")
    ]


@pytest.mark.parametrize("given", ["invites", 3, None])
def test_what_is_no_list(given: Any) -> None:
    wrong = f"has shared_tables={given!r}, which is no list of tables"
    assert problems(Capability(Invites, Service, shared_tables=given)) == [("capability 'invites'", wrong)]


def test_what_is_no_table_and_what_runs_elsewhere_are_told_at_once() -> None:
    elsewhere = Capability(Members, shared_tables=["members"])
    assert problems(Capability(Invites, Service, shared_tables=["", 3, "a"]), elsewhere) == [
        ("capability 'invites'", "has '' among its shared_tables, which is no table"),
        ("capability 'invites'", "has 3 among its shared_tables, which is no table"),
        (
            "capability 'members'",
            "has shared_tables, and runs elsewhere, where it cannot use the application's own engine",
        ),
    ]
