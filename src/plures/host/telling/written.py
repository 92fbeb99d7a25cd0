"""What the pages about the contracts say. Few replicas are ever asked for one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from plures.application import AssembledCapability, Assembly
from plures.compat import Contract, described, read_lock
from plures.errors import InvalidInput
from plures.pages import Beside, Site, contract_main, index_main, page_of, policy, shell

SHELL_PAGE: Final = shell().encode()
POLICY: Final = (policy("'self'") + "; frame-ancestors 'none'").encode()


def written(assembly: Assembly, hosted: Mapping[str, AssembledCapability], folder: Path) -> dict[str, bytes]:
    """The pages by their names.

    Args:
        hosted: The capabilities whose services run here.
        folder: That of the lock files.
    """
    locked = _locked(folder)
    pages = [
        page_of(
            described(each),
            Beside(
                each.capability,
                assembly.callers_of(each.python),
                tuple(sorted(assembly.call_graph[each.capability])),
                each.capability in hosted,
            ),
            locked,
        )
        for each in assembly.contracts
    ]
    site = Site(assembly.name, tuple(pages), is_live=True)
    texts = {"index": index_main(site)} | {each.contract.name: contract_main(each, site) for each in pages}
    return {name: text.encode() for name, text in texts.items()}


def _locked(folder: Path) -> dict[str, Contract]:
    """The lock files that are there and right: `plures contract check` says what is wrong with others."""
    found: dict[str, Contract] = {}
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        try:
            contract = read_lock(path.read_text(encoding="utf-8"), path.name)
        except (InvalidInput, OSError, UnicodeDecodeError):
            continue
        found[contract.name] = contract
    return found
