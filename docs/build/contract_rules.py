"""docs/reference/contract-rules.md: what breaks a contract, for whom, and what to do instead."""

from typing import Final

from plures.compat import RULES, ChangeRule, Severity

from .markdown import NOTE, sentence, template

WORDS: Final = {Severity.ERROR: "breaks", Severity.WARNING: "warning", Severity.OK: "fine"}
HEAD: Final = f"""\
{NOTE}
# What breaks a contract

`plures contract check` finds these changes ([guide](../guides/contracts.md)). How bad one is depends on where callers meet it: in a request, which they send, or in an answer, which
they receive. Events and errors count as answers. What breaks callers needs a new major version; what is added needs a minor one. In experimental contracts, what breaks callers is a warning.
Names in *italics* stand for what differs from case to case.

| rule | change | in a request | in an answer |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `{_name(rule)}` | {template(rule.what)} | {WORDS[rule.request]} | {WORDS[rule.response]} |"
        for rule in RULES
    ]
    return HEAD + "\n".join(rows) + "\n" + "".join(_rule(rule) for rule in RULES)


def _name(rule: ChangeRule) -> str:
    return rule.code.removeprefix("compat.")


def _rule(rule: ChangeRule) -> str:
    what = template(rule.what)
    said = f"\n## `{rule.code}`\n\n{sentence(what[:1].upper() + what[1:])} Why: {sentence(template(rule.why))}\n"
    return said + (f"\n**Instead**: {sentence(template(rule.instead))}\n" if rule.instead else "")
