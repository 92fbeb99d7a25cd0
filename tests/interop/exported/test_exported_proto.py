"""The exported `.proto` file, as buf and Google's protobuf read it: its JSON mapping is our wire form, and its bytes our binary form."""

import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from hypothesis import example, given

from plures.compat import Contract, described, numbered
from plures.contract import read_contract
from plures.exports import export
from tests.interop.connect_node import NODE, NodePeer
from tests.interop.contract import Circle, Colour, Depot, Parcel, Square
from tests.property.binary.every import CODEC, FEW, FULL, JSON, LOCKED, VALUES, Every

pytestmark = pytest.mark.node
PARCEL = Parcel(
    wide=2**63 - 1, ratio=float("inf"), payload=b"\x00\xff", sent_at=datetime(2031, 6, 30, 1, 2, 3, 400000, UTC),
    took=timedelta(seconds=-3, microseconds=-500000), price=Decimal("10.10"), packed_on=date(2031, 6, 30), parcel_id=UUID(int=7),
    colour=Colour.DEEP_BLUE, is_fragile=True, shape=Square(side_mm=0), circles=(Circle(radius=1.5),), tags=("", "ä"), note="",
    inside=Square(side_mm=2**53 + 1),
)  # fmt: skip


def _compiled(node: NodePeer, folder: Path, contract: Contract, message: str) -> type[Any]:
    """Google's class of a message, of what buf makes of the exported file after its rules of style have passed."""
    exported = export(contract, "proto")
    path = folder / exported.path
    path.parent.mkdir(parents=True)
    path.write_text(exported.text)
    (folder / "buf.yaml").write_text("version: v2\n")
    buf = node.folder / "node_modules" / "@bufbuild" / "buf" / "bin" / "buf"
    for arguments in (["lint"], ["build", "-o", "image.binpb"]):
        done = subprocess.run(
            [NODE, buf, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
    files = descriptor_pb2.FileDescriptorSet.FromString(Path(folder / "image.binpb").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{contract.name}.{message}"))


@pytest.fixture(scope="module")
def parcel_class(node: NodePeer, tmp_path_factory: pytest.TempPathFactory) -> type[Any]:
    contract = numbered(described(read_contract(Depot)[0]), None)
    return _compiled(node, tmp_path_factory.mktemp("proto"), contract, "Parcel")


@pytest.fixture(scope="module")
def every_class(node: NodePeer, tmp_path_factory: pytest.TempPathFactory) -> type[Any]:
    """The message that has every type."""
    return _compiled(node, tmp_path_factory.mktemp("proto"), LOCKED, "Every")


def test_both_read_what_the_other_one_writes(parcel_class: type[Any]) -> None:
    codec = read_contract(Depot)[0].operations["mirror"].answer
    theirs = json_format.Parse(codec.encode(PARCEL), parcel_class())
    # By way of the bytes, so that the numbers are read as well.
    again = parcel_class.FromString(theirs.SerializeToString())
    assert codec.decode(json_format.MessageToJson(again).encode()) == PARCEL


@FEW
@given(value=VALUES)
@example(value=FULL)
def test_both_read_the_bytes_that_the_other_one_writes(every_class: type[Any], value: Every) -> None:
    read = every_class.FromString(CODEC.encode(value))
    # What they read is what JSON says: their JSON mapping and ours are the same.
    assert read == json_format.Parse(JSON.encode(value), every_class())
    again = read.SerializeToString()
    assert CODEC.decode(again) == CODEC.decode_exactly(again) == value


@FEW
@given(value=VALUES)
@example(value=FULL)
def test_both_write_the_same_bytes(every_class: type[Any], value: Every) -> None:
    # Their maps have no order, and ours have that of the values.
    assert sorted(every_class.FromString(CODEC.encode(value)).SerializeToString()) == sorted(CODEC.encode(value))
