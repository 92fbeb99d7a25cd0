"""The referee's messages, from the descriptors that `CONFORMANCE_DESCRIPTORS` names; README.md says how to make them."""

import os
from pathlib import Path
from typing import Any

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    message_factory,
    struct_pb2,
)

# The referee's messages are built from these.
KNOWN = (any_pb2, duration_pb2, empty_pb2, struct_pb2)

_FILES = descriptor_pb2.FileDescriptorSet.FromString(Path(os.environ["CONFORMANCE_DESCRIPTORS"]).read_bytes())
for file in _FILES.file:
    # The default pool, in which JSON finds what an `Any` holds.
    if not file.name.startswith("google/"):
        descriptor_pool.Default().Add(file)


def kind(name: str) -> Any:
    """The class of a message."""
    found = descriptor_pool.Default().FindMessageTypeByName(f"connectrpc.conformance.v1.{name}")
    return message_factory.GetMessageClass(found)
