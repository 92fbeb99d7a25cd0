"""A service in Go: its operations as methods that are yet to be written."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from plures.compat import Contract

from .language import Handling, Language, Service, path_of


def _main(service: Service) -> Iterator[str]:
    package = _package(service.contract)
    yield f"// Command {service.name} fulfils {service.contract.name}."
    yield "package main"
    yield ""
    yield "import ("
    yield '\t_ "embed"'
    yield ""
    yield f'\t"{_generated(service, service.contract)}/{package}connect"'
    yield f'\t"services/{service.name}/internal/plures"'
    yield ")"
    yield ""
    yield "//go:generate buf generate"
    yield f"//go:embed contracts/{path_of(service.contract)}.json"
    yield "var contract []byte"
    yield ""
    yield "func main() {"
    yield "\tprocess := plures.NewProcess(contract)"
    yield f"\t{package}connect.Register{service.class_name}Handler(process.Server, service{{}})"
    for handling in service.handlers:
        yield f'\tplures.Handle(process, "{handling.name}", service{{}}.on{handling.name})'
    yield "\tprocess.Run()"
    yield "}"


def _service(service: Service) -> Iterator[str]:
    first = service.contract.doc.partition("\n")[0]
    yield "package main"
    yield ""
    yield "import ("
    yield '\t"context"'
    yield ""
    yield '\t"connectrpc.com/connect/v2"'
    yield ""
    imports = [f'\t{_alias(service, each)} "{_generated(service, each)}"' for each in service.contracts]
    if any(operation.streams for operation in service.contract.operations.values()):
        imports.append(f'\t"{_generated(service, service.contract)}/{_package(service.contract)}connect"')
    if service.handlers:
        imports.append(f'\t"services/{service.name}/internal/plures"')
    yield from sorted(imports, key=lambda line: line.partition('"')[2])
    yield ")"
    yield ""
    yield f"// {first or 'What the capability does.'}"
    yield "type service struct{}"
    for name in service.contract.operations:
        yield ""
        yield from _operation(service, name)
    for handling in service.handlers:
        yield ""
        yield from _handler(service, handling)


def _operation(service: Service, name: str) -> Iterator[str]:
    operation, alias = service.contract.operations[name], _alias(service, service.contract)
    asked = f"_ context.Context, _ *{alias}.{_name(operation.request)}"
    if operation.streams:
        stream = f"{_package(service.contract)}connect.{service.class_name}{_name(name)}ServerStream"
        yield f"func (service) {_name(name)}({asked}, _ {stream}) error {{"
    else:
        yield f"func (service) {_name(name)}({asked}) (*{alias}.{_name(operation.answer)}, error) {{"
    yield f"\treturn {'' if operation.streams else 'nil, '}{_unwritten(name)}"
    yield "}"


def _handler(service: Service, handling: Handling) -> Iterator[str]:
    event = f"*{_alias(service, handling.contract)}.{_name(handling.event)}"
    yield "// An event may come more than once: write what it changes together with the id of its envelope."
    yield f"func (service) on{handling.name}(_ context.Context, _ {event}, _ plures.Envelope) error {{"
    yield f"\treturn {_unwritten(handling.name)}"
    yield "}"


def _unwritten(name: str) -> str:
    return f'connect.NewError(connect.CodeUnimplemented, "{name} is not written yet")'


def _package(contract: Contract) -> str:
    """`searchv1` of `shop.search.v1`, as buf names it."""
    return "".join(contract.name.split(".")[-2:])


def _alias(service: Service, contract: Contract) -> str:
    """Its package as the file calls it: two contracts may end alike."""
    name = _package(contract)
    is_alone = [_package(each) for each in service.contracts].count(name) == 1
    return name if is_alone else contract.name.replace(".", "")


def _generated(service: Service, contract: Contract) -> str:
    return f"services/{service.name}/gen/{contract.name.replace('.', '/')}"


def _name(name: str) -> str:
    """A name of a message or an operation as protoc-gen-go spells it."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name[:1].upper() + name[1:])


def _texts(service: Service) -> Mapping[str, str]:
    return {"main.go": "\n".join(_main(service)) + "\n", "service.go": "\n".join(_service(service)) + "\n"}


GO: Final = Language(
    template="go",
    kit="internal/plures",
    texts=_texts,
    build="go generate ./... && go build -o bin/service .     # Go 1.26 or newer, and buf: pip install buf-bin",
    command="FOLDER/bin/service",
)
