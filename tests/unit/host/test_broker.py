"""From the references of [events] to the URL: what is missing is named, what is secret is not."""

import sys
from pathlib import Path
from typing import Protocol

import pytest

from plures import Application, Capability, contract, query
from plures.host import Host, Placement
from plures.host.eventing.broker import BrokerUnknown, NatsMissing, broker_url
from plures.testing import assemble
from plures.topology import Broker, PlacedBroker


def test_references_are_followed(tmp_path: Path) -> None:
    broker = Broker("nats://shop:${PASSWORD}@one,nats://${HOST}")
    assert broker_url(broker, {"PASSWORD": "p@ss", "HOST": "two:4222"}) == "nats://shop:p%40ss@one,nats://two:4222"
    file = tmp_path / "url"
    file.write_text("nats://shop:p%40ss@one\n")
    assert broker_url(Broker(url_file=file), {}) == "nats://shop:p%40ss@one"


@pytest.mark.parametrize(
    ("broker", "why"),
    [
        (Broker("${URL}"), "variable URL of the environment is not set"),
        (Broker("${WRONG}"), "what WRONG holds is not the URL of servers of NATS"),
        (Broker(url_file=Path("/nowhere")), "/nowhere cannot be read (No such file or directory)"),
    ],
)
def test_what_leads_nowhere_is_said_without_secrets(broker: Broker, why: str) -> None:
    with pytest.raises(BrokerUnknown) as caught:
        broker_url(broker, {"WRONG": "redis://shop:s3cret@one"})
    assert caught.value.why == why
    assert "s3cret" not in str(caught.value)


async def test_without_the_driver_a_replica_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)

    @contract("shop.mail.v1", owner="tests")
    class Mail(Protocol):
        @query()
        async def sent(self) -> int: ...

    class MailService(Mail):
        async def sent(self) -> int:
            return 0

    assembly = assemble(Application("shop", [Capability(Mail, MailService)]))
    broker = PlacedBroker(Broker("nats://nats"), frozenset())
    host = Host(assembly, Placement(frozenset({"mail"}), edge=False, data=tmp_path, broker=broker))
    with pytest.raises(NatsMissing, match=r"pip install 'plures\[nats\]'"):
        await host.start()
