"""A contract with each type that may cross, in each place where it may stand, and values of it."""

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from plures import Message, Meta, contract, query
from plures.compat import binary_form, described, numbered
from plures.contract import Binary, BinaryCodec, Codec, read_contract


class Level(IntEnum):
    NONE = 0
    LOW = -3
    HIGH = 2**31 - 1


class Colour(StrEnum):
    RED = "red"
    DEEP_BLUE = "deep-blue"


class Circle(Message):
    radius: float = 0.0


class Square(Message):
    side_mm: int
    label: str = "square"


class Tree(Message):
    name: str
    branches: tuple["Tree", ...] = ()
    best: "Tree | None" = None


class Many(Message):
    """More fields than tags of one byte can number."""

    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0
    e: int = 0
    f: int = 0
    g: int = 0
    h: int = 0
    i: int = 0
    j: int = 0
    k: int = 0
    l: int = 0  # noqa: E741
    m: int = 0
    n: int = 0
    o: str = ""
    p: str = ""
    q: tuple[int, ...] = ()
    r: Circle | Square = Circle()


class Every(Message):
    whole: int
    ratio: float
    flag: bool
    text: str
    raw: bytes
    at: datetime
    took: timedelta
    day: date
    clock: time
    price: Decimal
    key: UUID
    level: Level
    colour: Colour
    order: Literal["asc", "desc"]
    square: Square
    shape: Circle | Square
    maybe_whole: int | None
    few: Annotated[int, Meta(ge=1, le=100)] = 24
    short: Annotated[str, Meta(max_length=5, pattern="^[a-z]*$")] = "abc"
    maybe_text: str | None = None
    maybe_at: datetime | None = None
    maybe_shape: Circle | Square | None = None
    maybe_colour: Colour | None = None
    wholes: tuple[int, ...] = ()
    ratios: list[float] = []
    flags: tuple[bool, ...] = ()
    texts: tuple[str, ...] = ()
    raws: tuple[bytes, ...] = ()
    levels: tuple[Level, ...] = ()
    moments: tuple[datetime, ...] = ()
    squares: Annotated[tuple[Square, ...], Meta(max_length=3)] = ()
    shapes: tuple[Circle | Square, ...] = ()
    point: tuple[float, int] = (0.0, 0)
    matrix: tuple[tuple[int, ...], ...] = ()
    counts: dict[str, int] = {}
    named: dict[str, Square] = {}
    colours: dict[str, Colour] = {}
    formed: dict[str, Circle | Square] = {}
    nested: dict[str, dict[str, bool]] = {}
    tree: Tree | None = None
    many: Many | None = None


@contract("binary.every.v1", owner="contracts")
class EveryType(Protocol):
    """Says everything."""

    @query()
    async def mirror(self, every: Every) -> Every: ...

    @query()
    async def turn(self, shape: Circle | Square) -> Circle | Square: ...


DESCRIPTION = read_contract(EveryType)[0]
LOCKED = numbered(described(DESCRIPTION), None)
BINARY: Binary = binary_form(DESCRIPTION, LOCKED)
JSON: Codec = DESCRIPTION.operations["mirror"].answer
CODEC: BinaryCodec = BINARY.codec(JSON.message)

# Values of each type are large: to draw one takes longer than to try it, and to make a failing one smaller takes minutes.
FEW = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
INT64 = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300)
TEXT = st.text(st.characters(codec="utf-8"), max_size=9)
FLOATS = st.floats(allow_nan=False)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - the bounds must be naive
# What protobuf takes for a span: ten thousand years.
SPANS = st.timedeltas(-timedelta(days=3_652_500), timedelta(days=3_652_500))
CIRCLES = st.builds(Circle, FLOATS)
SQUARES = st.builds(Square, INT64, TEXT)
SHAPES = CIRCLES | SQUARES
LEAVES = st.builds(Tree, TEXT)
TREES = st.builds(
    Tree,
    TEXT,
    st.lists(st.builds(Tree, TEXT, st.lists(LEAVES, max_size=2).map(tuple)), max_size=2).map(tuple),
    st.none() | LEAVES,
)
MANY = st.builds(Many, a=INT64, o=TEXT, p=TEXT, q=st.lists(INT64, max_size=3).map(tuple), r=SHAPES)


def _tuples(items: Any) -> Any:
    return st.lists(items, max_size=3).map(tuple)


def _maps(values: Any) -> Any:
    return st.dictionaries(TEXT, values, max_size=3)


VALUES = st.builds(
    Every, whole=INT64, ratio=FLOATS, flag=st.booleans(), text=TEXT, raw=st.binary(max_size=9), at=MOMENTS, took=SPANS, day=st.dates(),
    clock=st.times(), price=st.decimals(allow_nan=False), key=st.uuids(), level=st.sampled_from(Level), colour=st.sampled_from(Colour),
    order=st.sampled_from(["asc", "desc"]), square=SQUARES, shape=SHAPES, maybe_whole=st.none() | INT64, few=st.integers(1, 100),
    short=st.text("abz", max_size=5), maybe_text=st.none() | TEXT, maybe_at=st.none() | MOMENTS, maybe_shape=st.none() | SHAPES,
    maybe_colour=st.none() | st.sampled_from(Colour), wholes=_tuples(INT64), ratios=st.lists(FLOATS, max_size=3), flags=_tuples(st.booleans()),
    texts=_tuples(TEXT), raws=_tuples(st.binary(max_size=9)), levels=_tuples(st.sampled_from(Level)), moments=_tuples(MOMENTS),
    squares=_tuples(SQUARES), shapes=_tuples(SHAPES), point=st.tuples(FLOATS, INT64), matrix=_tuples(_tuples(INT64)), counts=_maps(INT64),
    named=_maps(SQUARES), colours=_maps(st.sampled_from(Colour)), formed=_maps(SHAPES), nested=_maps(_maps(st.booleans())),
    tree=st.none() | TREES, many=st.none() | MANY,
)  # fmt: skip
FULL = Every(
    whole=-1, ratio=-0.0, flag=True, text="ä", raw=b"\xff", at=datetime(2031, 6, 30, 1, 2, 3, 400000, UTC), took=timedelta(microseconds=-1),
    day=date(2031, 6, 30), clock=time(1, 2), price=Decimal("10.10"), key=UUID(int=7), level=Level.LOW, colour=Colour.DEEP_BLUE, order="desc",
    square=Square(0), shape=Circle(), maybe_whole=0, maybe_text="", maybe_colour=Colour.RED, wholes=(1, -1, 300), ratios=[math.inf, 0.0],
    flags=(True, False), texts=("", "b"), raws=(b"", b"c"), levels=tuple(Level), moments=(datetime(1, 1, 1, tzinfo=UTC),), squares=(Square(1),),
    shapes=(Circle(1.5), Square(2)), point=(1.5, 2**60), matrix=((1, 2), ()), counts={"": 0, "a": 1}, named={"x": Square(3)},
    colours={"y": Colour.RED}, formed={"z": Square(4)}, nested={"o": {"i": True}}, tree=Tree("t", (Tree("u"),), Tree("")), many=Many(p="x", r=Square(9)),
)  # fmt: skip
