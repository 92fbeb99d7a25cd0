"""On a package that Python can import, our reading of imports equals grimp's."""

from pathlib import Path

import pytest

import plures
from plures.advisor import ReadRequest, read_codebase

grimp = pytest.importorskip("grimp", reason="needs grimp, which import-linter brings")


def test_the_imports_of_plures_itself():
    found = grimp.build_graph("plures", "pytest_plures", cache_dir=None)
    theirs = {(a, b) for a in found.modules for b in found.find_modules_directly_imported_by(a)}
    codebase = read_codebase(ReadRequest(Path(plures.__file__).parent.parent), lambda _what, _done, _total: None)
    names = codebase.index.name_of
    ours = {(names[edge.source], names[edge.target]) for edge in codebase.imports}
    known = {names[path] for path in codebase.production}
    assert {pair for pair in theirs if set(pair) <= known} - ours == set()
    # `from . import x` in a package's own __init__ is an import of the package to grimp as well.
    assert {(a, b) for a, b in ours - theirs if not a.startswith(f"{b}.")} == set()
