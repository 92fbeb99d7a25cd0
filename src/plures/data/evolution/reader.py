"""Takes the words of one statement from left to right."""

from .words import Word


class Reader:
    """A place in a statement."""

    def __init__(self, words: tuple[Word, ...]) -> None:
        self._words = words
        self._at = 0

    @property
    def rest(self) -> tuple[Word, ...]:
        """What was not taken."""
        return self._words[self._at :]

    def take(self, *keys: str) -> bool:
        """Take these keywords, if they come next, all of them."""
        coming = self.rest[: len(keys)]
        if tuple(word.key for word in coming) != keys:
            return False
        self._at += len(keys)
        return True

    def take_one_of(self, *keys: str) -> str:
        """Take the keyword that comes next, if it is one of these; empty if not."""
        return next((key for key in keys if self.take(key)), "")

    def name(self) -> str:
        """Take a name, and leave out its schema; empty at the end."""
        name = self._word()
        while self.take("."):
            name = self._word()
        return name

    def parentheses(self) -> tuple[Word, ...]:
        """Take what is in parentheses, if they come next."""
        depth = 0
        for length, word in enumerate(self.rest):
            depth += {"(": 1, ")": -1}.get(word.key, 0)
            if depth == 0:
                inner = self.rest[1:length]
                self._at += length + 1 if inner or word.key == ")" else 0
                return inner
        return ()

    def _word(self) -> str:
        if not self.rest:
            return ""
        self._at += 1
        return self._words[self._at - 1].name


def outside(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words that are in no parentheses; these stay, empty."""
    depth, found = 0, list[Word]()
    for word in words:
        depth -= word.key == ")"
        if depth == 0:
            found.append(word)
        depth += word.key == "("
    return tuple(found)


def has(words: tuple[Word, ...], *keys: str) -> bool:
    """Whether these keywords stand one after the other."""
    found = [word.key for word in words]
    return any(tuple(found[start : start + len(keys)]) == keys for start in range(len(found)))
