"""A process that becomes replicas: `python -m plures.deploy.replica.preloaded DESCRIPTOR`. Only a supervisor starts it, on Linux.

It imports what replicas need, hides all of that from the garbage collector, and forks whenever it is asked to. So replicas share the memory
of what they have imported, and are up as soon as they have started their services. It runs no event loop, no thread, and nothing of the
application but its import. It reports how replicas end, since they are its children. When the supervisor is gone it ends, and so do
they, each after its last answer.
"""

import fcntl
import gc
import os
import select
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from socket import socket
from typing import NoReturn

from plures.deploy.preloading import (
    OUTPUTS,
    Ended,
    Fork,
    Forked,
    FromPreloaded,
    Outdated,
    Prepare,
    Prepared,
    Retire,
    received_with_descriptors,
    send,
)
from plures.telemetry import Processor

from .building import prepare, run
from .files import Files
from .sharing import holdings, unfit

_NEEDED_AT_START = (Processor,)
"""What is imported here alone, as each replica would import it by itself when it starts."""
_LONGEST_NAME = 15
"""Of a process, in the system's lists."""


def main() -> int:
    supervisor = socket(fileno=int(sys.argv[1]))
    supervisor.set_inheritable(False)
    told, _ = received_with_descriptors(supervisor)
    if not isinstance(told, Prepare):
        _end()
    began = time.time_ns()
    ready = _prepared(told)
    preloaded = _Preloaded(supervisor, Files(began))
    preloaded.say(ready)
    if ready.failed or ready.unfit:
        _end()
    # Not collected before: what garbage leaves free would be filled by each replica, in pages that all of them share.
    gc.freeze()
    return run(preloaded.become())


class _Preloaded:
    def __init__(self, supervisor: socket, files: Files) -> None:
        self._supervisor = supervisor
        self._files = files
        # Descriptor that tells of its end → the process.
        self._replicas: dict[int, int] = {}
        self._retires = False

    def say(self, message: FromPreloaded) -> None:
        try:
            send(self._supervisor, message)
        except OSError:
            # The supervisor is gone.
            _end()

    def become(self) -> int:
        """Returns in each replica, with the descriptor of its channel, and never in this process, which ends when it is no longer needed."""
        poll = select.poll()
        poll.register(self._supervisor, select.POLLIN)
        while True:
            if self._retires and not self._replicas:
                _end()
            for ready, _ in poll.poll():
                if ready in self._replicas:
                    poll.unregister(ready)
                    self._bury(ready)
                elif (channel := self._obey(poll)) is not None:
                    return channel

    def _obey(self, poll: select.poll) -> int | None:
        """Do what the supervisor says next; the descriptor of the channel in a new replica."""
        message, descriptors = received_with_descriptors(self._supervisor)
        match message:
            case Fork():
                if self._fork(message, descriptors, poll):
                    return message.channel
                for each in descriptors:
                    os.close(each)
            case Retire():
                self._retires = True
            case Prepare():
                # Only the first message of a supervisor is one.
                pass
            case None:
                _end()
        return None

    def _fork(self, fork: Fork, descriptors: Sequence[int], poll: select.poll) -> bool:
        """Whether this process is the new replica."""
        if self._files.have_changed():
            self.say(Outdated(fork.number))
            return False
        for stream in (sys.stdout, sys.stderr):
            # What waits here would be written by each replica once more.
            stream.flush()
        heard, told = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(heard)
            os.close(told)
            self.say(Forked(fork.number, 0, error.errno or 0))
            return False
        if pid == 0:
            # A terminal's Ctrl-C reaches only the supervisor.
            os.setsid()
            self._supervisor.close()
            _be(fork, descriptors, (heard, told, *self._replicas))
            return True
        os.close(told)
        # Until its end is closed there: signals for its group are lost before it has one.
        os.read(heard, 1)
        os.close(heard)
        ended = os.pidfd_open(pid)
        self._replicas[ended] = pid
        poll.register(ended, select.POLLIN)
        self.say(Forked(fork.number, pid))
        return False

    def _bury(self, ended: int) -> None:
        os.close(ended)
        pid = self._replicas.pop(ended)
        _, status = os.waitpid(pid, 0)
        self.say(Ended(pid, os.waitstatus_to_exitcode(status)))


def _prepared(told: Prepare) -> Prepared:
    gc.disable()
    try:
        before = holdings()
        # Older systems do not know it.
        os.close(os.pidfd_open(os.getpid()))
    except (OSError, AttributeError) as error:
        return Prepared(f"no way to see what replicas would share ({error})")
    if len(before.threads) > 1:
        return Prepared("a thread from before Plures was imported")
    if not told.application:
        return Prepared()
    try:
        prepare(told)
    # Also what ends the program: a replica will meet it, and say it.
    except BaseException:  # noqa: BLE001
        return Prepared(failed=True)
    return Prepared(unfit(before, holdings()))


def _be(fork: Fork, descriptors: Sequence[int], others: Iterable[int]) -> None:
    """Let a process that was just forked be like one that the supervisor has started itself."""
    for each in others:
        os.close(each)
    # Out of the way first: one may lie where another one belongs.
    beyond = max(fork.descriptors) + 1
    aside = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, beyond) for each in descriptors]
    for each in descriptors:
        os.close(each)
    for each, number in zip(aside, fork.descriptors, strict=True):
        if number == fork.output:
            for output in OUTPUTS:
                os.dup2(each, output)
        else:
            os.dup2(each, number, inheritable=False)
        os.close(each)
    with suppress(OSError), open("/proc/self/comm", "w", encoding="utf-8") as comm:  # noqa: PTH123
        comm.write(fork.name[:_LONGEST_NAME])
    gc.enable()


def _end() -> NoReturn:
    """End without what the application wants done at the end of its processes: this is none of them."""
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
