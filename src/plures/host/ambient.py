"""What code without a client may call in this host: the capabilities that the part of the application has declared which it belongs to."""

from collections.abc import Callable
from typing import Any

from plures.application import EDGE, Assembly
from plures.contract import ContractDescription
from plures.runtime import Client, ContractUnknown, NotDeclared, Portal, current, from_anywhere, owner_now


class AmbientClients:
    """Gives code the clients of one host.

    Args:
        client_of: Gives the client of a contract that a capability or the edge gets.
    """

    def __init__(self, assembly: Assembly, client_of: Callable[[type, str], Any], portal: Portal) -> None:
        self._assembly = assembly
        self._client_of = client_of
        self._portal = portal
        self._allowed = {"": assembly.facts.edge_needs, EDGE: assembly.facts.edge_needs, **assembly.call_graph}
        # What serves an older version calls the newer one.
        self._allowed |= {
            name: self._allowed[name] | {name} for name, each in assembly.capabilities.items() if each.older
        }
        self._made: dict[tuple[str, type], Client] = {}

    @property
    def application(self) -> str:
        return self._assembly.name

    def has(self, contract: type) -> bool:
        """Whether the application has a capability for it."""
        return self._assembly.contract(contract) is not None

    def client(self, contract: type) -> Any:
        """A client for the running code. Code that works for no call and is no hook of a capability counts as the edge's.

        Raises:
            ContractUnknown: The application has no capability for it.
            NotDeclared: The owner of the code has not declared that it calls it.
        """
        described = self._assembly.contract(contract)
        if described is None:
            name = getattr(contract, "__qualname__", repr(contract))
            raise ContractUnknown(name, self.application, ", ".join(sorted(self._assembly.capabilities)))
        call = current.get()
        owner = owner_now() if call is None or call.operation is None else call.operation.capability
        if described.capability not in self._allowed.get(owner, ()):
            raise _undeclared(contract.__qualname__, owner, described.capability)
        owner = owner or EDGE
        made = self._made.get((owner, contract))
        if made is None:
            made = self._made[owner, contract] = self._make(contract, described, owner)
        return made

    def turn(self) -> None:
        """Let what was given call where the clients call now."""
        for (owner, contract), made in self._made.items():
            self._bind(made, contract, owner)

    def _make(self, contract: type, described: ContractDescription, owner: str) -> Client:
        made = Client(described.service)
        self._bind(made, contract, owner)
        return made

    def _bind(self, made: Client, contract: type, owner: str) -> None:
        described, inner = self._assembly.contract(contract), self._client_of(contract, owner)
        for name, operation in described.operations.items() if described else ():
            setattr(made, name, from_anywhere(operation, getattr(inner, name), self._portal))


def _undeclared(contract: str, owner: str, capability: str) -> NotDeclared:
    if owner not in {"", EDGE}:
        remedy = f"Name it in the constructor of the service of {owner!r}, whether or not it uses the parameter: `{capability}: {contract}`."
    else:
        remedy = f"Say it once, where the application is made: `Application(…, clients=[{contract}])`."
    return NotDeclared(contract, EDGE if owner in {"", EDGE} else repr(owner), capability, remedy)
