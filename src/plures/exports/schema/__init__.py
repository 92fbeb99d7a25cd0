"""The messages of a contract as JSON Schemas, with examples.

A message has two forms. The written one is what Plures writes and what callers should write. The read one is all that a service
takes: what a peer of protobuf leaves out because it is zero, null for it, numbers as text. A keyword of ours, `ALSO`, lists what a schema
allows beyond the promise of the contract.
"""

from .examples import Examples
from .messages import ALSO, Schemas
from .scalars import scalar_in_text

__all__ = ["ALSO", "Examples", "Schemas", "scalar_in_text"]
