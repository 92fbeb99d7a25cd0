"""A map, advice or a plan as JSON: the fields of `model`, as they are."""

import msgspec

from plures.advisor.judging import Advice, SplitPlan
from plures.advisor.model import CodeMap


def to_json(value: CodeMap | Advice | SplitPlan) -> str:
    """Indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
