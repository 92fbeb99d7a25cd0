"""Lock files: what they say, that they read back as they were, and what is said of damaged ones."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import pytest

from plures import ContractError, Event, Message, Meta, command, contract, query
from plures.compat import Bump, described, lock_text, numbered, read_lock, relock
from plures.compat.model import Enumeration, Field, Named, Record, Scalar
from plures.contract import read_contract
from plures.errors import InvalidInput

from .given import TEXT, shop


class Sort(Enum):
    NAME = "n"
    PRICE = "p"


class Level(IntEnum):
    NONE = 0
    HIGH = 7


class Card(Message):
    number: Annotated[str, Meta(pattern=r'^"\d\\+\x7f$', max_length=19)]


class Cash(Message):
    coins: int


@dataclass(frozen=True)
class Node:
    value: Decimal
    children: tuple["Node", ...] = ()


class Everything(Message):
    flag: bool
    whole: Annotated[int, Meta(ge=-(2**63), lt=2**53)]
    real: Annotated[float, Meta(gt=0.5)]
    raw: bytes
    at: datetime
    day: date
    clock: time
    span: timedelta
    key: UUID
    amount: Decimal
    sort: Sort
    level: Level
    paid: Card | Cash
    maybe: Card | Cash | None
    node: Node
    tags: Annotated[tuple[Annotated[str, Meta(min_length=1)], ...], Meta(max_length=5)]
    named: dict[str, int]
    pair: tuple[float, str]
    order: Literal["asc", "desc"]
    text: str = 'quo"te\nline é 🍵'
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    wait: timedelta = timedelta(seconds=1.5)
    big: int = 2**60


class Odd(ContractError, status="aborted"):
    """It is odd."""

    wanted: Sort


class Kept(Event, key="key_id"):
    key_id: str
    what: Everything


@contract("shop.all.v3", owner="every'one", events=[Kept], deprecated=date(2026, 1, 2), sunset=date(2031, 1, 2))
class All(Protocol):
    @query(errors=[Odd])
    async def find(self, what: Everything, limit: Annotated[int, Meta(ge=1)] = 5) -> Everything: ...

    @command(errors=[Odd])
    async def keep(self, what: Everything) -> tuple[Everything, ...]: ...


def everything() -> Any:
    description, violations = read_contract(All)
    assert violations == []
    return described(description)


def test_a_contract_reads_back_as_it_was() -> None:
    current = everything()
    locked = relock(current, None).contract
    assert locked.version == "3.0.0"
    again = read_lock(lock_text(locked), "shop.all.v3.toml")
    assert again == locked
    assert lock_text(again) == lock_text(locked)
    assert relock(current, again).bump is Bump.NONE


def test_a_field_is_a_line_that_people_read() -> None:
    text = lock_text(relock(everything(), None).contract)
    assert 'tags = { number = 16, list = { type = "string", min_length = 1 }, max_length = 5 }' in text
    assert 'paid = { number = 13, oneof = { card = "Card", cash = "Cash" }, required = true }' in text
    assert 'limit = { number = 2, type = "int64", ge = 1, default = 5 }' in text
    assert 'stability = "deprecated"\ndeprecated = 2026-01-02\nsunset = 2031-01-02\n' in text
    assert "[enums.Level]\nNONE = 0\nHIGH = 7\n" in text


def test_numbers_do_not_follow_the_order_of_declaration() -> None:
    locked = relock(shop({"a": Field(TEXT), "b": Field(TEXT)}), None).contract
    moved = numbered(shop({"new": Field(TEXT, required=False), "b": Field(TEXT), "a": Field(TEXT)}), locked)
    assert {name: each.number for name, each in moved.messages["FindRequest"].fields.items()} == {
        "a": 1,
        "b": 2,
        "new": 3,
    }


def test_the_number_of_a_field_that_is_gone_is_given_to_no_other_one() -> None:
    locked = relock(shop({"a": Field(TEXT), "b": Field(TEXT)}), None).contract
    without = numbered(shop({"a": Field(TEXT)}), locked)
    assert without.messages["FindRequest"].reserved == {"b": 2}
    without = read_lock(lock_text(replace(without, version="1.0.0")), "x")
    other = numbered(shop({"a": Field(TEXT), "c": Field(TEXT)}), without)
    assert other.messages["FindRequest"].fields["c"].number == 3
    back = numbered(shop({"a": Field(TEXT), "b": Field(TEXT)}), without)
    assert back.messages["FindRequest"].fields["b"].number == 2
    assert back.messages["FindRequest"].reserved == {}


def test_a_message_with_another_name_keeps_its_numbers() -> None:
    def with_hit(name: str, *fields: str) -> Any:
        return shop(answer={"hit": Field(Named(name))}, messages={name: Record({each: Field(TEXT) for each in fields})})

    locked = relock(with_hit("Hit", "a", "b"), None).contract
    assert {
        n: f.number for n, f in numbered(with_hit("Result", "b", "a"), locked).messages["Result"].fields.items()
    } == {"a": 1, "b": 2}


def test_members_of_enums_keep_their_numbers() -> None:
    def with_sorts(*members: str) -> Any:
        return shop(answer={"it": Field(Named("Sort"))}, enums={"Sort": Enumeration(dict.fromkeys(members, 0))})

    locked = relock(with_sorts("A", "B"), None).contract
    assert locked.enums["Sort"].members == {"A": 1, "B": 2}
    later = numbered(with_sorts("C", "B"), locked).enums["Sort"]
    assert (later.members, later.reserved) == ({"C": 3, "B": 2}, {"A": 1})


GOOD = lock_text(relock(shop(), None).contract)


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (GOOD[: len(GOOD) // 2] + "\n[", "lock.not_toml", "x.toml"),
        ("\x00\x01\x02", "lock.not_toml", "x.toml"),
        ("", "lock.form", "x.toml"),
        (GOOD.replace('version = "1.0.0"', '<<<<<<< HEAD\nversion = "1.1.0"\n=======\nversion = "1.2.0"\n>>>>>>> branch'), "lock.conflict", "line 5"),
        (GOOD.replace("lock = 1", "lock = 2"), "lock.too_new", "x.toml"),
        (GOOD.replace("lock = 1", 'lock = "one"'), "lock.form", "x.toml"),
        (GOOD.replace('owner = "discovery"', "owner = 5"), "lock.form", "x.toml"),
        (GOOD.replace('kind = "query"', 'kind = "query"\nsurprise = 1'), "lock.form", "x.toml"),
        (GOOD.replace('owner = "discovery"', 'owner = "discovery"\nstability = "firm"'), "lock.form", "x.toml"),
        (GOOD.replace('answer = "Findings"', 'answer = "Nothing"'), "lock.unknown_name", "[operations.Find]"),
        (GOOD.replace('errors = ["NotReady"]', 'errors = ["Never"]'), "lock.unknown_name", "[operations.Find]"),
        (GOOD.replace('type = "int64"', 'type = "int65"'), "lock.unknown_name", "[messages.Findings] total"),
        (GOOD.replace('type = "int64", ', ""), "lock.form", "Findings.total"),
        (GOOD + "\n[reserved.FindRequest]\nold = 1\n", "lock.number_clash", "[messages.FindRequest]"),
    ],
)  # fmt: skip
def test_a_damaged_file_says_what_is_wrong_and_where(text: str, code: str, where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_lock(text, "x.toml")
    [violation] = refused.value.violations
    assert violation.code == code
    assert where in violation.where
    assert violation.fix


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = GOOD.replace('type = "int64"', 'type = "int65"').replace('answer = "Findings"', 'answer = "Nothing"')
    with pytest.raises(InvalidInput) as refused:
        read_lock(text, "x.toml")
    assert len(refused.value.violations) == 2


def test_a_file_with_a_mark_of_its_encoding_or_other_line_ends_reads_as_well() -> None:
    assert read_lock("\ufeff" + GOOD.replace("\n", "\r\n"), "x") == read_lock(GOOD, "x")


def test_the_order_of_declarations_is_worth_no_minor_version() -> None:
    locked = relock(shop({"a": Field(TEXT), "b": Field(Scalar("int64"))}), None).contract
    moved = relock(shop({"b": Field(Scalar("int64")), "a": Field(TEXT)}), locked)
    assert moved.bump is Bump.NONE
