"""The binary form, as Google's protobuf writes and reads it by the exported `.proto` file: each type, both ways, whatever the value."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from hypothesis import example, given

from plures.exports import export
from tests.property.binary.every import CODEC, FEW, FULL, JSON, LOCKED, VALUES, Every

from .connect_node import NODE, NodePeer

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def theirs(node: NodePeer, tmp_path_factory: pytest.TempPathFactory) -> type[Any]:
    """Google's class of the message that has every type."""
    folder = tmp_path_factory.mktemp("proto")
    exported = export(LOCKED, "proto")
    path = folder / exported.path
    path.parent.mkdir(parents=True)
    path.write_text(exported.text)
    (folder / "buf.yaml").write_text("version: v2\n")
    buf = node.folder / "node_modules" / "@bufbuild" / "buf" / "bin" / "buf"
    command = [NODE, buf, "build", "-o", "image.binpb"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    files = descriptor_pb2.FileDescriptorSet.FromString(Path(folder / "image.binpb").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("binary.every.v1.Every"))


@FEW
@given(value=VALUES)
@example(value=FULL)
def test_both_read_what_the_other_one_writes(theirs: type[Any], value: Every) -> None:
    read = theirs.FromString(CODEC.encode(value))
    # What they read is what JSON says: their JSON mapping and ours are the same.
    assert read == json_format.Parse(JSON.encode(value), theirs())
    again = read.SerializeToString()
    assert CODEC.decode(again) == CODEC.decode_exactly(again) == value


@FEW
@given(value=VALUES)
@example(value=FULL)
def test_both_write_the_same_bytes(theirs: type[Any], value: Every) -> None:
    read = theirs.FromString(CODEC.encode(value))
    # Their maps have no order, and ours have the order of the values.
    if all(len(each) < 2 for each in (value.counts, value.named, value.colours, value.formed, value.nested)):
        assert sorted(read.SerializeToString(deterministic=True)) == sorted(CODEC.encode(value))
