"""TEMP over google.protobuf"""

import os
import struct
from pathlib import Path

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    json_format,
    message_factory,
    struct_pb2,
)

from plures import AnyMessage
from plures.contract import read_message

from .messages import *

KNOWN = (any_pb2, duration_pb2, empty_pb2, struct_pb2)
for file in descriptor_pb2.FileDescriptorSet.FromString(Path(os.environ["CONFORMANCE_DESCRIPTORS"]).read_bytes()).file:
    if not file.name.startswith("google/"):
        descriptor_pool.Default().Add(file)


def kind(name):
    return message_factory.GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(name))


LENGTH = struct.Struct(">I")
CODECS = {}


def codec(python):
    if python not in CODECS:
        CODECS[python] = read_message(python, "")[0]
    return CODECS[python]


def read(source):
    p = source.read(4)
    return source.read(LENGTH.unpack(p)[0]) if len(p) == 4 else None


def read_call(source):
    data = read(source)
    if data is None:
        return None
    m = kind("connectrpc.conformance.v1.ClientCompatRequest").FromString(data)
    d = json_format.MessageToDict(m)
    d["codec"] = m.codec
    return codec(ClientCompatRequest).from_data(d)


def write(sink, message):
    name = type(message).__name__
    from msgspec import structs

    details = ()
    if name == "ClientCompatResponse" and message.response and message.response.error:
        details = message.response.error.details
        message = structs.replace(
            message,
            response=structs.replace(message.response, error=structs.replace(message.response.error, details=())),
        )
    js = codec(type(message)).encode(message)
    m = json_format.Parse(js, kind(f"connectrpc.conformance.v1.{name}")())
    for d in details:
        m.response.error.details.add(type_url=d.type_url, value=d.value)
    data = m.SerializeToString()
    sink.write(LENGTH.pack(len(data)) + data)
    sink.flush()


def packed(name, message):
    js = codec(type(message)).encode(message)
    return AnyMessage("type.googleapis.com/" + name, json_format.Parse(js, kind(name)()).SerializeToString(), js)


def unpacked(any, python):
    d = any.data
    return codec(python).from_data(d)
