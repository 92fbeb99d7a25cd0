"""Those who do not use TLS need not install what makes certificates."""

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["cryptography"] = None
import plures.cli, plures.deploy, plures.testing
from pathlib import Path
from plures.tls import TlsError, open_identity
from plures.topology import PlacedTls, Tls
try:
    open_identity(PlacedTls(Tls(Path("tls")), "main"), "shop")
except TlsError as error:
    print(error.code)
"""


def test_everything_else_works_and_tls_says_what_to_install() -> None:
    finished = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert finished.stdout == "tls.extra_missing\n"
