"""A contract that was imported from a `.proto` file calls the peer of that file, which the official Connect library serves."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from plures import Application, Capability
from plures.application import assemble
from plures.compat import described, numbered
from plures.contract import read_contract
from plures.exports import export
from plures.host import Host
from plures.imports import Wanted, import_file
from tests.interop import connect_python
from tests.interop.contract import Depot
from tests.interop.parcels import FULL
from tests.interop.serving import placement, served


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that the import writes, loaded."""
    exported = export(numbered(described(read_contract(Depot)[0]), None), "proto")
    assert exported is not None
    path = tmp_path / "depot.proto"
    path.write_text(exported.text)
    module = ModuleType("imported_depot")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(import_file(path, Wanted()).module, "imported_depot.py", "exec"), vars(module))
    return module


async def test_it_calls_the_peer(imported: Any, tmp_path: Path) -> None:
    async with served(connect_python.DepotApplication()) as url:
        host = Host(assemble(Application("interop", [Capability(imported.Depot)])), placement(tmp_path, url))
        await host.start()
        try:
            depot = host.client(imported.Depot)
            parcel = imported.Parcel(**_as_imported(FULL, imported))
            assert await depot.mirror(parcel) == parcel
            assert await depot.spell(parcel) == "9223372036854775807 19.90 circle by hand"
            assert [square.side_mm async for square in depot.unload(0, 3)] == [0, 1, 2]
            with pytest.raises(imported.TooHeavy) as caught:
                await depot.lift(5000)
            assert (caught.value.weight_g, caught.value.advice) == (5000, "use a crane")
        finally:
            await host.stop()


def _as_imported(value: Any, module: Any) -> dict[str, Any]:
    """The fields of a message with messages and enums of the imported module in place of ours."""

    def turned(each: Any) -> Any:
        if type(each) is tuple:
            return tuple(map(turned, cast("tuple[Any, ...]", each)))
        own = getattr(module, type(each).__name__, None)
        if own in (None, type(each)):
            return each
        return own[each.name] if hasattr(each, "name") else own(**_as_imported(each, module))

    names: tuple[str, ...] = value.__struct_fields__
    return {name: turned(getattr(value, name)) for name in names}
