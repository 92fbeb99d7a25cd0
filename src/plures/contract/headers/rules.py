"""The rules that declared headers and trailers must keep."""

from plures.errors import Rule

HEADERS_CLASS = Rule(
    "contract.headers",
    "{type} is no class of headers",
    "Write a class with typed fields that inherits Headers, or use AnyHeaders as it is.",
)
HEADERS_TWICE = Rule(
    "contract.headers", "{names} are all headers of the request", "Put their fields into one class, one parameter."
)
HEADERS_KEY = Rule(
    "contract.headers",
    "a command with the key {key!r} is answered from memory when it comes again, and its headers and trailers are not kept",
    "Put what callers need into the answer, or leave key= out.",
)
HEADER_TYPE = Rule(
    "contract.header_type",
    "the type has no form in one line of a header",
    "Use str, int, float, bool, bytes, Decimal, UUID, a time, an Enum, a Literal of texts, or a tuple of one of these.",
)
HEADER_NAME = Rule(
    "contract.header_name",
    "the header {name!r} belongs to HTTP, to the Connect protocol or to Plures",
    "Choose another name for the field.",
)
HEADER_BINARY = Rule(
    "contract.header_name",
    "the header {name!r} would be taken for bytes in base64",
    "Choose a name that does not end in _bin, or the type bytes.",
)
