"""Services of one process: opened together or not at all, and one server for one port."""

import socket
from pathlib import Path

import pytest

from shared.runtime.database import DataInUse
from shared.runtime.serving import Fleet, PortInUse, server
from shared.runtime.settings import Settings
from shared.runtime.transport import LocalTransport
from tests.runtime.running import open_till, running, service_of
from tests.support.ledger import LEDGER, MIRROR


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    transport = LocalTransport()
    fleet = Fleet([service_of(tmp_path, transport=transport)], transport)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(data=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(PortInUse):
            server(fleet.app(fleet.services[0]), fleet, settings)


def test_a_fleet_that_cannot_open_one_service_holds_none(tmp_path: Path) -> None:
    transport = LocalTransport()
    services = [service_of(tmp_path, domain, transport=transport) for domain in (LEDGER, MIRROR)]
    with running(tmp_path, MIRROR), pytest.raises(DataInUse):
        Fleet(services, transport).open()
    with running(tmp_path) as ledger:
        assert ledger.ask(open_till()).version == 1
