"""A service in TypeScript: its operations as methods that are yet to be written."""

from collections.abc import Iterator, Mapping
from typing import Final

from plures.compat import Contract

from .language import Handling, Language, Service, path_of


def _service(service: Service) -> str:
    return "\n".join(_lines(service)) + "\n"


def _lines(service: Service) -> Iterator[str]:
    first = service.contract.doc.partition("\n")[0]
    yield f"// {service.name}: {first or 'what the capability does.'}"
    yield 'import { Code, ConnectError } from "@connectrpc/connect";'
    yield from sorted(_imports(service))
    if service.handlers:
        yield 'import { openDatabase } from "./plures/database.ts";'
        yield 'import { Inbox, on } from "./plures/events.ts";'
    yield 'import type { Opened } from "./plures/serve.ts";'
    yield ""
    yield f"export function open(): Opened<typeof {service.class_name}> {{"
    if service.handlers:
        yield f'  const database = openDatabase("{service.name}", []);'
        yield "  const inbox = new Inbox(database);"
    yield "  return {"
    yield "    operations: {"
    for name, operation in service.contract.operations.items():
        star = "async *" if operation.streams else ""
        yield f"      {star}{name[:1].lower()}{name[1:]}(_request) {{"
        yield f'        throw new ConnectError("{name} is not written yet", Code.Unimplemented);'
        yield "      },"
    yield "    },"
    if service.handlers:
        yield "    handlers: {"
        for handling in service.handlers:
            yield from _handler(handling)
        yield "    },"
        yield "    close: () => database.close(),"
    yield "  };"
    yield "}"


def _handler(handling: Handling) -> Iterator[str]:
    yield f"      {handling.name}: on({handling.event}Schema, (_event, {{ id }}) => {{"
    yield f'        inbox.once("{handling.subscription}", id, () => {{'
    yield "          // What is written to the database here is written once, however often the event comes."
    yield f'          throw new ConnectError("{handling.name} is not written yet", Code.Unimplemented);'
    yield "        });"
    yield "      }),"


def _imports(service: Service) -> Iterator[str]:
    yield f'import type {{ {service.class_name} }} from "{_generated(service.contract)}";'
    for contract in service.contracts:
        events = sorted({f"{each.event}Schema" for each in service.handlers if each.contract == contract})
        if events:
            yield f'import {{ {", ".join(events)} }} from "{_generated(contract)}";'


def _generated(contract: Contract) -> str:
    return f"../gen/{path_of(contract)}_pb.js"


def _texts(service: Service) -> Mapping[str, str]:
    return {"src/service.ts": _service(service)}


TYPESCRIPT: Final = Language(
    template="typescript",
    kit="src/plures",
    texts=_texts,
    build="npm ci && npm run build     # Node 22.18 or newer",
    command="node FOLDER/start.mjs",
)
