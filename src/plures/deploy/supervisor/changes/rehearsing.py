"""Asks a process of its own what the application is by the code as it is on disk now."""

import asyncio
import sys
from collections.abc import Callable
from typing import Final

import msgspec

from plures.deploy.channel import Failed, Rehearse, Rehearsed, import_path
from plures.deploy.errors import CodeUnfit
from plures.topology import ApplicationFacts

_PROGRAM: Final = (sys.executable, "-P", "-m", "plures.deploy.replica.rehearsal")
_MOST_S: Final = 60.0
_answers: Final[msgspec.json.Decoder[Rehearsed | Failed]] = msgspec.json.Decoder(Rehearsed | Failed)


async def rehearse(application: str, say: Callable[[str], None]) -> ApplicationFacts:
    """What it is.

    Args:
        application: Import string, `package.module:name`.
        say: Told what the code writes while it is imported.

    Raises:
        CodeUnfit: It cannot be imported, or is no application.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *_PROGRAM, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        async with asyncio.timeout(_MOST_S):
            answer, written = await process.communicate(msgspec.json.encode(Rehearse(application, import_path())))
    except TimeoutError:
        reason = f"importing it takes longer than {_MOST_S:g} s"
        raise CodeUnfit(reason, "Move long work from the modules to on_start hooks.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    for line in written.decode(errors="replace").splitlines():
        say(line)
    try:
        found = _answers.decode(answer)
    except msgspec.MsgspecError:
        reason = f"its process ended with status {process.returncode} while it was imported"
        raise CodeUnfit(reason, "The log of the application has what it wrote.") from None
    if isinstance(found, Failed):
        raise CodeUnfit(f"{found.what}{f': {found.why}' if found.why else ''}", found.fix)
    return found.facts
