"""Parcels with awkward values, each with the JSON that the protobuf mapping gives it."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from .contract import Circle, Colour, Parcel, Square

FULL = Parcel(
    wide=2**63 - 1,
    ratio=-math.inf,
    payload=b"\x00\xff\xfe?>",
    sent_at=datetime(2026, 11, 22, 19, 27, 1, 123456, tzinfo=UTC),
    took=timedelta(seconds=3, milliseconds=500),
    price=Decimal("19.90"),
    packed_on=date(2026, 11, 22),
    parcel_id=UUID("12345678-1234-5678-1234-567812345678"),
    colour=Colour.DEEP_BLUE,
    is_fragile=True,
    shape=Circle(radius=0.1),
    circles=(Circle(radius=1.0), Circle(radius=2.5)),
    tags=("", "grün", "\u2028 \U0001f4e6", '"quoted" \\ back'),
    note="by hand",
    inside=Square(side_mm=-(2**63)),
)
FULL_JSON = {
    "wide": "9223372036854775807",
    "ratio": "-Infinity",
    "payload": "AP/+Pz4=",
    "sentAt": "2026-11-22T19:27:01.123456Z",
    "took": "3.500s",
    "price": "19.90",
    "packedOn": "2026-11-22",
    "parcelId": "12345678-1234-5678-1234-567812345678",
    "colour": "DEEP_BLUE",
    "isFragile": True,
    "shape": {"circle": {"radius": 0.1}},
    "circles": [{"radius": 1}, {"radius": 2.5}],
    "tags": ["", "grün", "\u2028 \U0001f4e6", '"quoted" \\ back'],
    "note": "by hand",
    "inside": {"sideMm": "-9223372036854775808"},
}

# Each field that may be zero, empty or absent is so.
BARE = Parcel(
    wide=0,
    ratio=0.0,
    payload=b"",
    sent_at=datetime(1970, 1, 1, tzinfo=UTC),
    took=timedelta(microseconds=-1),
    price=Decimal(0),
    packed_on=date(1, 1, 1),
    parcel_id=UUID(int=0),
    colour=Colour.RED,
    is_fragile=False,
    shape=Square(side_mm=0),
)
BARE_JSON = {
    "wide": "0",
    "ratio": 0,
    "payload": "",
    "sentAt": "1970-01-01T00:00:00Z",
    "took": "-0.000001s",
    "price": "0",
    "packedOn": "0001-01-01",
    "parcelId": "00000000-0000-0000-0000-000000000000",
    "colour": "RED",
    "isFragile": False,
    "shape": {"square": {"sideMm": "0"}},
}

PARCELS = {"full": (FULL, FULL_JSON), "bare": (BARE, BARE_JSON)}
