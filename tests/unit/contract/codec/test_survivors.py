"""Names and numbers that an enum does not declare: they can be shown, copied and kept as any member."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from enum import Enum, IntEnum, StrEnum
from pathlib import Path

import pytest

from plures import Message
from plures.contract import Codec
from plures.contract.type_reader import TypeReader


class Plain(Enum):
    RED = 1


class Number(IntEnum):
    RED = 1


class Word(StrEnum):
    RED = "red"


class Older(str, Enum):  # noqa: UP042 - as it was written before there was `StrEnum`
    RED = "red"


class Told(str, Enum):  # noqa: UP042 - as above
    RED = "red"

    def __str__(self) -> str:
        return self.value


class Loud(StrEnum):
    RED = "red"

    def __repr__(self) -> str:
        return self.value.upper()

    def __format__(self, how: str) -> str:
        return format(self.value.upper(), how)


class All(Message):
    plain: Plain = Plain.RED
    number: Number = Number.RED
    word: Word = Word.RED
    older: Older = Older.RED
    told: Told = Told.RED
    loud: Loud = Loud.RED


KINDS = [Plain, Number, Word, Older, Told, Loud]
SENT: list[int | str] = [7, "NEW"]
CODEC = Codec(TypeReader().message(All))


def sent(python: type[Enum], data: int | str) -> Enum:
    """What is read of a field that has this."""
    told = f'"{data}"' if isinstance(data, str) else data
    name = python.__name__.lower()
    found: Enum = getattr(CODEC.decode(f'{{"{name}": {told}}}'.encode()), name)
    return found


@pytest.mark.parametrize("data", SENT)
@pytest.mark.parametrize("python", KINDS)
def test_what_is_not_declared_is_shown(python: type[Enum], data: int | str) -> None:
    member = sent(python, data)
    assert isinstance(member, python)
    assert (member.name, member.value, type(member.value)) == (str(data), data, type(data))
    assert "7" in repr(member) or "NEW" in repr(member)
    assert isinstance(str(member), str)
    assert f"{member:>9}".endswith(str(member)[-1:])
    assert member == sent(python, data) != python["RED"]


def test_a_number_is_shown_as_other_values_are() -> None:
    assert [repr(sent(kind, 7)) for kind in KINDS] == [
        "<Plain.7: 7>",
        "<Number.7: 7>",
        "<Word.7: 7>",
        "<Older.7: 7>",
        "<Told.7: 7>",
        "<Loud.7: 7>",
    ]
    assert [str(sent(kind, 7)) for kind in KINDS] == ["Plain.7", "7", "7", "Older.7", "7", "7"]
    assert [f"{sent(kind, 7):>3}" for kind in (Number, Word, Told, Loud)] == ["  7"] * 4


def test_what_is_declared_is_shown_as_before() -> None:
    for kind in KINDS:
        sent(kind, 7)
    assert [repr(kind["RED"]) for kind in KINDS] == [
        "<Plain.RED: 1>",
        "<Number.RED: 1>",
        "<Word.RED: 'red'>",
        "<Older.RED: 'red'>",
        "<Told.RED: 'red'>",
        "RED",
    ]
    assert [str(kind["RED"]) for kind in KINDS] == ["Plain.RED", "1", "red", "Older.RED", "red", "red"]
    assert f"{Loud.RED:>4}" == " RED"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("python", KINDS)
def test_it_is_the_same_after_a_pickle(python: type[Enum], protocol: int) -> None:
    for member in [*(sent(python, data) for data in SENT), python["RED"]]:
        assert pickle.loads(pickle.dumps(member, protocol)) is member


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("python", KINDS)
def test_and_after_a_copy(python: type[Enum], how: Callable[[Enum], Enum]) -> None:
    for data in SENT:
        assert how(sent(python, data)) is sent(python, data)
    assert how(python["RED"]) is python["RED"]


def test_another_process_reads_it() -> None:
    kept = pickle.dumps([sent(kind, data) for kind in KINDS for data in SENT])
    code = f"import pickle, sys; print([(each.name, each.value) for each in pickle.loads({kept!r})])"
    root = Path(__file__).parents[4]
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert shown.stdout.strip() == str([(str(data), data) for _ in KINDS for data in SENT])
