"""What plures.toml changes of the policy on calls. The defaults are those of `runtime.policy`, which this does not know."""

from .parse_policies import parse_policies
from .values import Figures, Policies

__all__ = ["Figures", "Policies", "parse_policies"]
