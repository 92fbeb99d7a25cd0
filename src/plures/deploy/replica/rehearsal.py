"""The program that looks at an application for its supervisor: `python -m plures.deploy.replica.rehearsal`, asked and answering in JSON."""

import os
import sys

import msgspec

from plures.application import assemble, load
from plures.deploy.channel import Failed, Rehearse, Rehearsed, arrived
from plures.deploy.process_setup import log_to_stderr

from .main import failed


def main() -> int:
    # What the code prints is not the answer.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answer:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Rehearse)
        sys.path[:] = map(arrived, asked.import_path)
        log_to_stderr()
        answer.write(msgspec.json.encode(_look(asked.application)))
    return 0


def _look(application: str) -> Rehearsed | Failed:
    try:
        return Rehearsed(assemble(load(application)).facts)
    except Exception as error:  # noqa: BLE001 - the supervisor is told of every failure
        return failed(error)


if __name__ == "__main__":
    sys.exit(main())
