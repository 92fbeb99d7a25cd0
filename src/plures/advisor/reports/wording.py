"""Sentences that every report shares."""

from collections import Counter

from plures.advisor.judging import Advice, Finding, Verdict

_TODO = {Verdict.SPLIT_OUT: "split out", Verdict.CUT_FIRST: "cut first", Verdict.MERGE: "merge"}


def headline(finding: Finding) -> str:
    """A finding's subject with the reason, as a title."""
    pair = " and " if finding.verdict is Verdict.MERGE else " with "
    reason = f" (pressure: {finding.pressure.value})" if finding.pressure else ""
    return pair.join(finding.subject) + reason


def summary(advice: Advice) -> str:
    """The whole advice in one or two sentences."""
    counts = Counter(f.verdict for f in advice.findings)
    alone = sum(1 for f in advice.findings if f.verdict is Verdict.LEAVE_ALONE and len(f.subject) == 1)
    asked = [f"{counts[v]} to {_TODO[v]}" for v in (Verdict.SPLIT_OUT, Verdict.CUT_FIRST, Verdict.MERGE) if counts[v]]
    if not asked:
        return f"Leave it as it is. Nothing in the code or its history calls for a split or a merge; {alone} components were looked at."
    return f"{', '.join(asked)}; leave the other {alone} components alone."
