"""Turns a definition into what a shop says of a product."""

import re
from typing import Final

from marketplace.catalog.branding import Brand

_EXAMPLES: Final = re.compile(r';?\s*"[^"]*"?.*$')
_ASIDE: Final = re.compile(r"\s*\([^)]*\)")
_THING: Final = r"(?:an?|any|the) (?P<thing>[\w' /-]{2,60}?),?"
_MADE: Final = (
    "used|made|worn|designed|fitted|attached|operated|filled|covered|built|served|eaten|prepared|cooked|baked|flavored|"
    "seasoned|topped|mounted|driven|powered|shaped|intended|equipped"
)
# How definitions begin, and what to say instead; the first that fits counts.
_TURNS: Final = tuple(
    (re.compile(f"^{_THING} {pattern}$", re.IGNORECASE), words)
    for pattern, words in (
        (r"(?:that|which) (?P<rest>(?:is|has|can|may|will|must|does|\w+[^s\W]s)\b.*)", "This {thing} {rest}"),
        (r"used to (?P<rest>.+)", "Use this {thing} to {rest}"),
        (r"used for (?P<rest>.+)", "Use this {thing} for {rest}"),
        (r"for (?P<rest>\w+ing\b.*)", "Use this {thing} for {rest}"),
        (rf"(?P<rest>(?:{_MADE})\b.*)", "This {thing} is {rest}"),
        (r"consisting of (?P<rest>.+)", "This {thing} consists of {rest}"),
        (r"having (?P<rest>.+)", "This {thing} has {rest}"),
        (r"with (?P<rest>.+)", "This {thing} has {rest}"),
        (r"containing (?P<rest>.+)", "This {thing} contains {rest}"),
        (r"resembling (?P<rest>.+)", "This {thing} resembles {rest}"),
        (r"covering (?P<rest>.+)", "This {thing} covers {rest}"),
    )
)  # fmt: skip
# How a later part of a definition begins, and the sentence that it becomes.
_ADDITIONS: Final = (
    (re.compile(r"^(?:is )?used (to|for|as|in|on|by|with)\b"), r"It is used \1"),
    (re.compile(r"^(has|is|can|may|consists|comes|contains|holds)\b"), r"It \1"),
    (re.compile(r"^(made|worn|served|eaten|filled|covered|operated|played|designed)\b"), r"It is \1"),
)
_BY: Final = {
    "colour": "In {variant}, from {house}.",
    "wood": "In {variant}, from {house}.",
    "metal": "In {variant}, from {house}.",
    "glaze": "In {variant}, from {house}.",
    "model": "Model {variant} from {house}.",
    "series": "{variant}, by {house}.",
    "edition": "{variant} edition from {house}.",
    "pack": "From {house}, {variant}.",
    "gram": "From {house}, {variant}.",
    "litre": "From {house}, {variant}.",
    "millilitre": "From {house}, {variant}.",
}
# A thing is named without these: "a cup of tea with sugar" is more than the thing and an account of it.
_NO_THING: Final = re.compile(
    r"\b(?:that|which|for|with|of|who|in|on|by|from|to|held|used|made|worn|\w{4,}ed (?!\w))\b"
)


def description(gloss: str, brand: Brand) -> str:
    """What a definition says, in sentences about this product, and who makes it."""
    first, *others = _parts(gloss)
    sentences = [_turned(first), *map(_added, others)]
    sentences.append(_BY[brand.differs].format(house=brand.house, variant=brand.variant))
    return " ".join(sentences)


def _parts(gloss: str) -> list[str]:
    """The definitions in a gloss, without its examples and asides."""
    bare = _ASIDE.sub("", _EXAMPLES.sub("", gloss)).strip(" ;,") or _ASIDE.sub("", gloss).strip(' ;,"')
    parts = [re.sub(r"\s+", " ", part).strip(" ,.") for part in bare.split(";")]
    return [part for part in parts if part and not part.startswith("trade name")] or [gloss.strip(' ;"()')]


def _turned(part: str) -> str:
    for pattern, words in _TURNS:
        found = pattern.match(part)
        if found and not _NO_THING.search(found["thing"]):
            return _sentence(words.format(thing=found["thing"], rest=found["rest"]))
    return _sentence(part)


def _added(part: str) -> str:
    for pattern, words in _ADDITIONS:
        if pattern.match(part):
            return _sentence(pattern.sub(words, part, count=1))
    return _sentence(part)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
