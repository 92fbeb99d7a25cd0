"""`plures.client` where no application runs."""

import subprocess
import sys
from textwrap import dedent

PATIENCE_S = 60


def test_without_an_application_there_is_no_client() -> None:
    """In a process of its own: other tests share applications that run for as long as all of them."""
    program = """
        from typing import Protocol
        from plures import NoApplication, client, contract, query

        @contract("alone.v1", owner="tests")
        class Alone(Protocol):
            @query()
            def ask(self) -> str: ...

        try:
            client(Alone)
        except NoApplication as error:
            print(error)
    """
    finished = subprocess.run(
        [sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert "Cannot call Alone: no application runs in this process" in finished.stdout
