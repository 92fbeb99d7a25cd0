"""Ids of requests: no two processes give the same, also where both were forked from one that had imported Plures."""

import subprocess
import sys

PROGRAM = """
import os
from plures.runtime import new_request_id
for _ in range(3):
    if os.fork() == 0:
        print(new_request_id(), new_request_id(), flush=True)
        os._exit(0)
    os.wait()
print(new_request_id(), new_request_id())
"""


def test_forked_processes_give_ids_of_their_own() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    ids = ran.stdout.split()
    assert len(set(ids)) == len(ids) == 8
