"""In what two tables of one name differ, in words."""

from collections.abc import Sequence

from plures.data.copies.engine import ColumnType, Table


def difference(home: Table | None, own: Table | None) -> str:
    """What the application's own table has, and the one that the capability's migrations make has not; and the other way round."""
    if home is None or own is None:
        return "two names differ in capital letters alone"
    there = {column.name.casefold(): column for column in home.columns}
    here = {column.name.casefold(): column for column in own.columns}
    said = [
        *_named("{} in the application alone", [column.name for name, column in there.items() if name not in here]),
        *_named("{} in the migrations alone", [column.name for name, column in here.items() if name not in there]),
    ]
    for name in there.keys() & here.keys():
        kinds = there[name].kind, here[name].kind
        if kinds[0] is not kinds[1] and ColumnType.ANY not in kinds:
            said.append(f"{there[name].name} is {kinds[0]} there and {kinds[1]} here")
    if {name.casefold() for name in home.key} != {name.casefold() for name in own.key}:
        said.append(f"the key is {_key(home)} there and {_key(own)} here")
    return "; ".join(sorted(said))


def _named(form: str, names: Sequence[str]) -> list[str]:
    return [form.format(", ".join(names))] if names else []


def _key(table: Table) -> str:
    return f"({', '.join(table.key)})" if table.key else "none"
