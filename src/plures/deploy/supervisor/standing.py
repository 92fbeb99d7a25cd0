"""How one replica stands: what it does, since when, and how often it was started again."""

from time import time

import msgspec


class Standing(msgspec.Struct):
    """Kept by a slot.

    Attributes:
        state: `starting`, `ready`, `draining`, `restarting` or `stopped`.
        since: When that began, in seconds since 1970.
        why: What a restart is for.
        restarts: How often a process that had died was replaced.
    """

    state: str = "stopped"
    since: float = msgspec.field(default_factory=time)
    why: str = ""
    restarts: int = 0

    def turns(self, state: str, why: str = "") -> None:
        """It is something else from now on. One that cannot be started again and again has not begun that anew."""
        if not state == self.state == "restarting":
            self.since = time()
        self.state, self.why = state, why
