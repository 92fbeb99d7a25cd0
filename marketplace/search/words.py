"""From text to words: how products and queries are broken up. Both must be treated alike, or they do not meet."""

from typing import Final

import tantivy

STEMMED: Final = "stemmed"
PLAIN: Final = "plain"


def plain() -> tantivy.TextAnalyzer:
    """Lower case, without accents, every word as it is."""
    return _words().build()


def stemmed() -> tantivy.TextAnalyzer:
    """As plain, with *chairs* as *chair*, and without words that say nothing."""
    return _words().filter(tantivy.Filter.stopword("english")).filter(tantivy.Filter.stemmer("english")).build()


def _words() -> tantivy.TextAnalyzerBuilder:
    simple = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return simple.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
