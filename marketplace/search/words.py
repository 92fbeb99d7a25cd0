"""Breaks texts up into words. Products and queries must go through the same analysis, or they do not match."""

from typing import Final

import tantivy

STEMMED: Final = "stemmed"
PLAIN: Final = "plain"


def plain() -> tantivy.TextAnalyzer:
    """Lower case, no accents, and each word as it is."""
    return _words().build()


def stemmed() -> tantivy.TextAnalyzer:
    """As `plain`, but *chairs* become *chair*, and words that say nothing are left out."""
    return _words().filter(tantivy.Filter.stopword("english")).filter(tantivy.Filter.stemmer("english")).build()


def _words() -> tantivy.TextAnalyzerBuilder:
    simple = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return simple.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
