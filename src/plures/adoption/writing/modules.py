"""The new files: the contract, the service around functions of a module, the application and its plures.toml."""

import ast
import json
from collections.abc import Mapping, Sequence

from plures.adoption.code import Place, Program
from plures.adoption.finding import Candidate, Operation, WebApplication, defaults, parameters

from .imports import Imports, unquoted
from .naming import Named

WIDTH = 100
DEADLINE_S = 30


def contract_text(
    program: Program, candidate: Candidate, named: Named, owner: str, errors: Mapping[str, Sequence[Place]]
) -> tuple[str, tuple[str, ...]]:
    """The contract's module, and the modules that it imports."""
    imports = Imports(program)
    imports.add("typing", "Protocol")
    imports.add("plures", "command")
    imports.add("plures", "contract")
    body: list[str] = []
    for operation in candidate.crossing:
        given = [f"deadline_s={DEADLINE_S}"]
        if raised := errors.get(operation.name):
            given.append(f"errors=[{', '.join(each.name for each in raised)}]")
            for each in raised:
                imports.add(program.sources[each.path].module, each.name)
        body.append(f"    @command({', '.join(given)})\n{_signature(operation, imports)} ...\n")
    head = (
        f"@contract({json.dumps(named.contract)}, owner={json.dumps(owner)})\nclass {named.contract_class}(Protocol):\n"
    )
    doc = f'"""What the rest of the application may ask of {candidate.name}."""'
    return f"{doc}\n\n{imports.text}\n\n\n{head}" + "\n".join(body), tuple(imports.modules)


def service_text(program: Program, candidate: Candidate, named: Named) -> str:
    """A class whose methods call the functions of a module."""
    imports = Imports(program)
    imports.add(named.contract_module, named.contract_class)
    package, _, last = candidate.source.module.rpartition(".")
    used = {arg.arg for each in candidate.crossing for arg in parameters(each.node)}
    module = last
    while module in used or module in (named.contract_class, named.service_class):
        module += "_module"
    if package:
        imports.add(package, last, module if module != last else "")
    else:
        imports.add(last, "", module if module != last else "")
    body: list[str] = []
    for operation in candidate.crossing:
        call = f"{module}.{operation.name}({_passed(operation)})"
        call = call if operation.blocks else f"await {call}"
        answers = operation.node.returns is not None and ast.unparse(operation.node.returns) not in ("None", "'None'")
        statement = f"return {call}" if answers else call
        body.append(f"{_signature(operation, imports)}\n        {statement}\n")
    head = f"class {named.service_class}({named.contract_class}):\n"
    doc = f'"""The functions of {candidate.source.module}, as a service."""'
    return f"{doc}\n\n{imports.text}\n\n\n{head}" + "\n".join(body)


def application_text(
    program: Program, taken: tuple[Candidate, Named] | None, web: WebApplication, name: str, settings: str
) -> str:
    """The module that lists the capabilities and names the edge.

    Args:
        taken: What becomes a capability; None where the application is mounted alone.
        settings: The module of Django's settings that the server's own module names; empty where Django need not be set up.
    """
    imports = Imports(program)
    imports.add("plures", "Application")
    listed = clients = body = ""
    if taken is not None:
        candidate, named = taken
        imports.add("plures", "Capability")
        imports.add(named.contract_module, named.contract_class)
        makes = named.service_class
        imports.add(candidate.source.module if candidate.class_name else named.service_module, named.service_class)
        if candidate.made_as is not None:
            imports.add(program.sources[candidate.made_as.path].module, candidate.made_as.name)
            makes = f"the_{named.word}"
            body = f"def {makes}() -> {named.service_class}:\n    return {candidate.made_as.name}\n\n\n"
        body += capability_line(candidate, named, makes)
        listed, clients = variable(candidate, named), f", clients=[{named.contract_class}]"
    edge = json.dumps(web.place)
    if web.is_called and web.has_parameters:
        edge = "web"
        body = f"def web() -> object:\n    from {web.module} import {web.name}\n\n    return {web.name}()\n\n\n" + body
    line = f'app = Application("{name}", [{listed}], edge={edge}{clients})\n'
    if len(line) > WIDTH:
        arguments = [f'"{name}"', f"[{listed}]", f"edge={edge}", *([clients[2:]] if clients else [])]
        line = "app = Application(\n" + "".join(f"    {each},\n" for each in arguments) + ")\n"
    doc = '"""The application: its capabilities, and the edge that the outside world sees."""'
    gap = "\n\n\n" if body.startswith("def ") else "\n\n"
    text = imports.text
    if settings:
        text = _set_up(text, settings)
    return f"{doc}\n\n{text}{gap}{body}{line}"


def capability_line(candidate: Candidate, named: Named, makes: str) -> str:
    """The statement that makes the capability."""
    tables = f", shared_tables={json.dumps(list(candidate.tables))}" if candidate.tables else ""
    line = f"{variable(candidate, named)} = Capability({named.contract_class}, {makes}{tables})\n"
    if len(line) > WIDTH and tables:
        rows = "".join(f"        {json.dumps(each)},\n" for each in candidate.tables)
        line = f"{variable(candidate, named)} = Capability(\n    {named.contract_class},\n    {makes},\n    shared_tables=[\n{rows}    ],\n)\n"
    return line


def variable(candidate: Candidate, named: Named) -> str:
    """The name of the capability in the application's module, where the object of a class may have that name."""
    is_taken = candidate.made_as is not None and candidate.made_as.name == named.word
    return f"{named.word}_capability" if is_taken or named.word in ("app", "web", "os", "django") else named.word


def toml_text(module: str) -> str:
    """plures.toml."""
    return f'[application]\nimport = "{module}:app"\n'


def _set_up(imports: str, settings: str) -> str:
    """Django is set up before code of the application is imported, which may have models."""
    foreign, _, own = imports.rpartition("\n\n")
    own = "\n".join(f"{line}  # noqa: E402" for line in own.splitlines())
    setting = f'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")\ndjango.setup()'
    return f"import os\n\nimport django\n{foreign}\n\n{setting}\n\n{own}"


def _signature(operation: Operation, imports: Imports) -> str:
    node, source = operation.node, operation.source
    given = defaults(node)
    parts = ["self"]
    positional_only = {each.arg for each in node.args.posonlyargs} - {"self"}
    keyword_only = [each.arg for each in node.args.kwonlyargs]
    for each in parameters(node):
        if keyword_only and each.arg == keyword_only[0]:
            parts.append("*")
        parts.append(_parameter(operation, each, given.get(each.arg), imports))
        if positional_only and each.arg == [p.arg for p in node.args.posonlyargs][-1]:
            parts.append("/")
    returns = "None"
    if node.returns is not None:
        imports.add_for(source, _placed(operation, node.returns))
        returns = ast.unparse(unquoted(node.returns))
    keyword = "def" if operation.blocks else "async def"
    line = f"    {keyword} {node.name}({', '.join(parts)}) -> {returns}:"
    if len(line) > WIDTH:
        line = (
            f"    {keyword} {node.name}(\n" + "".join(f"        {each},\n" for each in parts) + f"    ) -> {returns}:"
        )
    return line


def _parameter(operation: Operation, each: ast.arg, default: ast.expr | None, imports: Imports) -> str:
    annotation = each.annotation or ast.Constant(None)
    imports.add_for(operation.source, _placed(operation, annotation))
    text = f"{each.arg}: {ast.unparse(unquoted(annotation))}"
    return text if default is None else f"{text} = {ast.unparse(default)}"


def _placed(operation: Operation, annotation: ast.expr) -> list[ast.expr]:
    """An annotation without quotes, whose names are looked up where it stands."""
    found = unquoted(annotation)
    for node in ast.walk(found):
        operation.source.parents[node] = operation.source.tree
    return [found]


def _passed(operation: Operation) -> str:
    keyword_only = {each.arg for each in operation.node.args.kwonlyargs}
    return ", ".join(
        f"{each.arg}={each.arg}" if each.arg in keyword_only else each.arg for each in parameters(operation.node)
    )
