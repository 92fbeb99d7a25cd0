"""`[policy]` and `policy` of `[capabilities.CAPABILITY]` → `Policies`."""

from collections.abc import Mapping

from plures.topology.key import LEAST_AT_ONCE, MOST_AT_ONCE, POLICY, Figure
from plures.topology.section import Section

from . import rules
from .values import Figures, Policies


def parse_policies(everywhere: Section, capabilities: Mapping[str, Section]) -> Policies:
    """The figures that the file says; what is wrong with them is in the section's violations.

    Args:
        capabilities: The sections of capabilities, by name.
    """
    figures = _figures(everywhere, {})
    own = {
        name: _figures(section.inline(POLICY), figures)
        for name, section in capabilities.items()
        if POLICY.name in section.values
    }
    return Policies(figures, own)


def _figures(section: Section, others: Figures) -> Figures:
    """Those that a section says.

    Args:
        others: What holds beside them.
    """
    keys = [key for key in POLICY.below if isinstance(key, Figure) and key.name in section.values]
    said = {key.name: section.get(key) for key in keys}
    for key in keys:
        if not key.least <= said[key.name] <= key.most and said[key.name] != key.off:
            section.report(
                rules.FIGURE,
                key.name,
                value=said[key.name],
                allowed=key.allowed,
                reason=key.reason,
                example=key.example,
            )
    together = {LEAST_AT_ONCE.name: LEAST_AT_ONCE.default, MOST_AT_ONCE.name: MOST_AT_ONCE.default, **others, **said}
    least, most = together[LEAST_AT_ONCE.name], together[MOST_AT_ONCE.name]
    if least > most and said.keys() & {LEAST_AT_ONCE.name, MOST_AT_ONCE.name}:
        section.report(rules.LEAST_ABOVE_MOST, least=least, most=most)
    return said
