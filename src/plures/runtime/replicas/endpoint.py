"""One address of a capability, and what this process knows of the replica behind it: how busy, how fast, and whether it answers."""

from math import exp
from time import monotonic
from typing import Final

from plures.runtime.transport import Outgoing

_DECAY_S: Final = 10.0
_PENALTY_S: Final = 5.0
# Until a replica has answered once, what it has to do counts as slow: else all calls would go to a new one.
_UNKNOWN_S: Final = 1.0


class Endpoint:
    """What this process knows of one replica.

    Attributes:
        attempts: The requests that this process has under way there, with the moment of each, the oldest first, by `id`.
        down_until: Until then others go first, since it refused; in `time.monotonic()` seconds.
        heard_at: When anything came from it last.
        failures: Calls in a row that got no answer.
        ejections: How often in a row it was left out for its failures; 0 while it is not.
        ejected_until: When the next call may try it, where it is left out.
        is_probed: Whether the last call that tried it, while it is left out, has not ended yet, or ended without a verdict.
        is_hung: Whether it does not answer at all, although it takes connections.
    """

    __slots__ = (
        "_cost_at",
        "_cost_s",
        "attempts",
        "down_until",
        "ejected_until",
        "ejections",
        "failures",
        "heard_at",
        "is_hung",
        "is_probed",
        "url",
    )

    def __init__(self, url: str) -> None:
        self.url = url
        self.attempts: dict[int, tuple[Outgoing, float]] = {}
        self.down_until = self.heard_at = self.ejected_until = 0.0
        self.failures = self.ejections = 0
        self.is_hung = self.is_probed = False
        self._cost_s = self._cost_at = 0.0

    def begin(self, outgoing: Outgoing) -> float:
        """A request goes there now; the moment."""
        now = monotonic()
        self.attempts[id(outgoing)] = outgoing, now
        return now

    def end(self, outgoing: Outgoing) -> None:
        """A request is over, in whatever way."""
        self.attempts.pop(id(outgoing), None)

    def answered(self, begun: float) -> None:
        """An answer came to a request that began then."""
        now = monotonic()
        self.heard_at = now
        self.failures = self.ejections = 0
        self._observe(now - begun, now)

    def erred(self, begun: float) -> None:
        """It answered with an error of its own. That it was quick to fail must not draw calls: each error counts as twice as long as usual."""
        self.heard()
        now = self.heard_at
        self._peak(min(_PENALTY_S, max(now - begun, 2 * self._cost(now))), now)

    def gave_up(self, begun: float) -> None:
        """Its caller waits no longer for the answer to a request that began then: it would have taken at least so long."""
        now = monotonic()
        if now - begun > self._cost(now):
            self._peak(now - begun, now)

    def heard(self) -> None:
        """Something came from it, of which the time it took says nothing."""
        self.heard_at = monotonic()
        self.failures = self.ejections = 0

    def punish(self) -> None:
        """Let others be preferred for a while, by counting a call as a very slow one."""
        self._observe(_PENALTY_S, monotonic())

    def load(self, now: float) -> float:
        """What one more call there would have to wait for, about, in seconds."""
        waiting = len(self.attempts)
        if not self._cost_s:
            return waiting * _UNKNOWN_S
        return self._cost_s * exp((self._cost_at - now) / _DECAY_S) * (waiting + 1)

    def standing(self, now: float) -> tuple[str, float]:
        """How it stands, in words, and for how many seconds from now on, where that is known, else 0."""
        if self.is_hung:
            return "hangs", 0.0
        if self.ejections:
            return "left out", max(0.0, self.ejected_until - now)
        return ("refused lately", self.down_until - now) if self.down_until > now else ("fine", 0.0)

    def is_silent(self, now: float, longer_than_s: float) -> bool:
        """Whether a request has been under way for long, and nothing came from there meanwhile."""
        if not self.attempts:
            return False
        _, begun = next(iter(self.attempts.values()))
        return now - max(begun, self.heard_at) >= longer_than_s

    def _cost(self, now: float) -> float:
        return self._cost_s * exp((self._cost_at - now) / _DECAY_S)

    def _peak(self, took_s: float, now: float) -> None:
        self._cost_s, self._cost_at = took_s, now

    def _observe(self, took_s: float, now: float) -> None:
        """The peak counts at once and fades; a slow replica is noticed by its first slow answer."""
        kept = exp((self._cost_at - now) / _DECAY_S)
        self._cost_s = took_s if took_s > self._cost_s else self._cost_s * kept + took_s * (1 - kept)
        self._cost_at = now
