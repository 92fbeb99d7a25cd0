"""Layer 6: what consumers' tests expect of capabilities, kept as pact files (version 4) that tools of Pact read.

    expectation   one expected answer to one request, and whose tests expect it: `Expectation`
    form          an expectation as an interaction of a pact file, and back
    files         the pact files of a project: `read_pacts`, `written`
    shorter       answers as examples: one item of each form
    merging       what a run of tests changes of them: `merged`
    keeping       what of an expectation a contract cannot keep: `why_broken`, `touches`

It knows neither fakes nor running services: `plures.testing` records expectations, `plures.trials` holds services to them.
"""

from .expectation import Expectation
from .files import FOLDER, PactDamaged, read_pacts, written
from .keeping import touches, why_broken
from .merging import Ran, merged
from .shorter import map_paths, one_of_each, shortened

__all__ = [
    "FOLDER",
    "Expectation",
    "PactDamaged",
    "Ran",
    "map_paths",
    "merged",
    "one_of_each",
    "read_pacts",
    "shortened",
    "touches",
    "why_broken",
    "written",
]
