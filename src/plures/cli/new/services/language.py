"""What `plures new service` knows of a capability, and what it has to know of a language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plures.compat import Contract


@dataclass(frozen=True)
class Handling:
    """A handler of events: its name on the wire, the subscription, and the event, a message of the contract that declares it."""

    name: str
    subscription: str
    contract: Contract
    event: str


@dataclass(frozen=True)
class Service:
    """A capability that is to be written in another language.

    Attributes:
        name: Of the capability.
        contract: As it is locked.
        handlers: Of the events that it subscribes to.
    """

    name: str
    contract: Contract
    handlers: tuple[Handling, ...] = ()

    @property
    def class_name(self) -> str:
        """`Search` of `shop.search.v1.Search`."""
        return self.contract.service.rpartition(".")[2]

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """Its own contract, and those whose events it handles; each once."""
        found = {each.name: each for each in (self.contract, *(handling.contract for handling in self.handlers))}
        return tuple(found.values())


@dataclass(frozen=True)
class Language:
    """How a service is written in one language.

    Attributes:
        template: The folder below `service_template`. SERVICE_NAME, CONTRACT_NAME, SERVICE_PATH, CONTRACT_PATH and CLASS_NAME stand for the
            capability, its contract, its service on the wire, its `.proto` file without the ending, and the service alone.
        kit: The folder within it that is the platform's own, which `--refresh` writes anew.
        texts: The files that depend on the operations, by their paths.
        build: What to type in the folder of the service, to build it.
        command: The command line that runs it, where FOLDER stands for its folder.
    """

    template: str
    kit: str
    texts: Callable[[Service], Mapping[str, str]]
    build: str
    command: str


def path_of(contract: Contract) -> str:
    """`shop/search/v1/search`: its `.proto` file without the ending, below the folder of all contracts."""
    return f"{contract.name.replace('.', '/')}/{contract.family.rpartition('.')[2]}"
