"""What a file of others can say and a contract cannot."""

from typing import Final

from plures.errors import Rule

# What keeps a contract from being written.
SYNTAX: Final = Rule("import.syntax", "{problem}", "Correct the file; the words are those of its compiler.")
NO_SUCH_IMPORT: Final = Rule(
    "import.no_such_import",
    "it imports {name}, which is not there",
    "Name the folder that imports start from: --path FOLDER, once for each of them.",
)
NO_SERVICE: Final = Rule(
    "import.no_service",
    "it has no {what}, so there is nothing to call",
    "Name the file that declares one; what it imports is found from there.",
)
SEVERAL_SERVICES: Final = Rule(
    "import.several_services",
    "it has {count} services, and a contract is one of them: {names}",
    "Name one with --service, and import the file once for each that you need.",
)
NO_VERSION: Final = Rule(
    "import.no_version",
    "{subject} {name!r} is no name of a contract, which has two words or more and then its major version, as shop.search.v1",
    "Give a name with --name. {consequence}",
)
NOTHING_LEFT: Final = Rule(
    "import.nothing_left",
    "no operation of it can be said in a contract",
    "See the reasons above, and write a contract by hand for what you need of it.",
)

# What a contract is written without, or says more loosely.
CLIENT_STREAM: Final = Rule(
    "import.client_stream",
    "callers stream requests, and an operation takes one request; it is left out",
    "Let the service offer an operation that takes a list, or call it with a client of gRPC or Connect.",
)
OPERATION_NAME: Final = Rule(
    "import.operation_name",
    "no method of Python is called so on the wire ({python} would be {wire}); it is left out",
    "Let the service offer it under {wire} too.",
)
FIELD_NAME: Final = Rule(
    "import.field_name",
    "{problem}; the field is left out, and its number is reserved",
    "Add a field of another name to the peer's message, where you need it.",
)
TYPE: Final = Rule(
    "import.type",
    "{type} has no counterpart in a contract; the field is left out, and its number is reserved",
    "{instead}",
)
ANSWER: Final = Rule("import.answer", "{type} has no counterpart in a contract; the operation is left out", "{instead}")
BINARY: Final = Rule(
    "import.binary",
    "{type} is {python} here: the same in JSON, and another form in the binary codec",
    "Call this peer with JSON.",
)
ONE_OF: Final = Rule(
    "import.one_of",
    "at most one of the fields of a oneof is set; here each may be left out, and no one holds that",
    "Check it in the service.",
)
ALIAS: Final = Rule(
    "import.alias", "an alias: another member has the number of {names}; left out", "Write the member that is kept."
)
MEMBER_NAME: Final = Rule(
    "import.member_name", "no member of an enum of Python can be called {names}; left out", "Rename it in the peer."
)
EXTENSIONS: Final = Rule(
    "import.extensions", "fields that extensions add are not part of the contract", "Declare what you need as fields."
)
OPTION: Final = Rule("import.option", "the option ({name}) means nothing in a contract", "{instead}")
DEPRECATED: Final = Rule(
    "import.deprecated", "it is deprecated, and only whole contracts are; its text says so", "Do not call it."
)
RESERVED: Final = Rule(
    "import.reserved",
    "the numbers {numbers} are reserved, which is too many for a lock file",
    "Add no fields to this message here: the peer owns it.",
)
RANGE: Final = Rule(
    "import.range", "{type} is int here, which ends at 2^63-1", "Values beyond that are refused; say so to callers."
)

# What OpenAPI has beside.
PATHS: Final = Rule(
    "import.paths",
    "calls of a contract go to /<contract>/<Operation>, and never to the paths of this document, which stand in the texts of the methods",
    "Write a service for the contract that calls the peer with a client of HTTP; the rest of the application calls the contract.",
)
PLACE: Final = Rule(
    "import.place", "it is a {place} parameter; it is left out", "Set it in the service that calls the peer."
)
MEDIA: Final = Rule(
    "import.media",
    "the {what} is {media}, and no JSON; it is left out",
    "Add a parameter of bytes or str where you need it.",
)
OTHER_MEDIA: Final = Rule(
    "import.other_media", "the body may be {media} too", "The service that calls the peer sends JSON."
)
SEVERAL_ANSWERS: Final = Rule(
    "import.several_answers",
    "it succeeds with {kept}, and with {others}; the answer is that of {kept}",
    "Answer a union where the difference matters.",
)
NOT_IMPORTED: Final = Rule(
    "import.not_imported", "{what} are not part of a contract", "See to it in the service that calls the peer."
)
RENAMED: Final = Rule(
    "import.renamed", "its name is spelled otherwise here", "Rename it in the service that calls the peer."
)
TYPE_OF_DOCUMENT: Final = Rule("import.schema", "{type} is no type of a contract; it is left out", "{instead}")
UNION: Final = Rule(
    "import.union",
    "one of several objects is told apart by a key around it here, and by its form or a field of it there",
    "Make one of the other in the service that calls the peer.",
)
BOUND: Final = Rule("import.bound", "{bound} is not held", "Check it in the service.")
FORMAT: Final = Rule("import.format", "{format} is {python} here", "Read it in the service.")
NULL_ITEMS: Final = Rule(
    "import.null_items",
    "items may be null there, and no item of a contract may",
    "Leave such items out in the service.",
)
OTHER_FIELDS: Final = Rule(
    "import.other_fields",
    "it may have fields that it does not declare; they are left out",
    "Add a dict[str, …] where you need them.",
)
