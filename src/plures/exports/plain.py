"""A contract as JSON: what its lock file says, for programs in other languages that keep its deadlines and bounds."""

import json
import tomllib

from plures.compat import Contract, lock_text
from plures.errors import InvalidInput

from .proto import problems_of


def json_text(contract: Contract) -> str:
    """The text of the file; raises `InvalidInput` with all that has no number."""
    problems = problems_of(contract)
    if problems:
        raise InvalidInput(contract.name, problems)
    said = tomllib.loads(lock_text(contract))
    for name, error in contract.errors.items():
        # The sentence that callers read, the same in each language.
        said["errors"][name] |= {"text": error.doc.partition("\n")[0]} if error.doc else {}
    return json.dumps(said, indent=2, ensure_ascii=False, default=str) + "\n"
