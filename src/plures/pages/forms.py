"""A form that calls an operation of the application that serves the page, with the token that opened it."""

import json

from plures.compat import Choice, Contract, Field, Named, Operation, Scalar

from .examples import example_of
from .html import Html, joined, tag
from .page import ContractPage, Site

_NUMBERS = ("int64", "double")


def try_it(name: str, operation: Operation, page: ContractPage, site: Site) -> Html | None:
    """The form; where there is none, what to type instead."""
    contract = page.contract
    fields = contract.messages[operation.request].fields
    if not site.is_live or operation.streams:
        example = {key: example_of(each, contract) for key, each in fields.items() if each.required}
        given = f" '{json.dumps(example, ensure_ascii=False)}'" if example and "'" not in json.dumps(example) else ""
        return joined(
            tag("h4", "Try it"),
            tag(
                "pre",
                f"plures call {contract.service}/{name}{given}",
                tabindex="0",
                role="region",
                aria_label=f"Command that calls {name}",
            ),
        )
    if not page.is_here:
        return joined(
            tag("h4", "Try it"), tag("p", "Its service runs in another process, whose pages have a form for it.")
        )
    confirm = None
    if operation.kind == "command":
        key = f"{name}-sure"
        confirm = tag(
            "p",
            tag("input", type="checkbox", id=key, required=True, name="-sure"),
            " ",
            tag("label", "This is a command: it changes data. Send it.", for_=key),
        )
    return joined(
        tag("h4", "Try it"),
        tag(
            "form",
            *(_input(name, key, each, contract) for key, each in fields.items()),
            confirm,
            tag("button", f"Call {name}", type="submit"),
            tag("pre", "", role="status", class_="answer", tabindex="0", aria_label=f"Answer of {name}", hidden=True),
            class_="call",
            data_path=f"/{contract.service}/{name}",
            aria_label=f"Call {name}",
        ),
    )


def _input(operation: str, key: str, field: Field, contract: Contract) -> Html:
    place = f"{operation}-{key}"
    label = tag("label", key, "" if field.required else " (may be left out)", for_=place)
    match field.type:
        case Scalar(kind="bool"):
            control = _choice(place, key, ("true", "false"), field, kind="json")
        case Scalar(kind=kind):
            numeric = "decimal" if kind in _NUMBERS else None
            form = "number" if kind == "double" else "text"
            value = str(example_of(field, contract)) if field.required else ""
            control = tag(
                "input",
                id=place,
                name=key,
                type="text",
                value=value,
                required=field.required and kind != "string",
                inputmode=numeric,
                autocomplete="off",
                data_kind=form,
                data_required=field.required,
            )
        case Choice(values=values):
            control = _choice(place, key, values, field, kind="text")
        case Named(name=name) if name in contract.enums:
            control = _choice(place, key, tuple(contract.enums[name].members), field, kind="text")
        case _:
            value = json.dumps(example_of(field, contract), indent=2, ensure_ascii=False) if field.required else ""
            control = tag(
                "textarea",
                value,
                id=place,
                name=key,
                rows="4",
                spellcheck="false",
                data_kind="json",
                data_required=field.required,
                placeholder="JSON",
            )
    return tag("div", label, control)


def _choice(place: str, key: str, values: tuple[str, ...], field: Field, *, kind: str) -> Html:
    options = [] if field.required else [tag("option", "", value="")]
    options += [tag("option", each, value=each) for each in values]
    return tag("select", *options, id=place, name=key, data_kind=kind, data_required=field.required)
