"""Outbound clients as each mode makes them, and a name server for their questions."""

from collections.abc import Collection, Sequence

from core.infra.addresses import Resolver, system_resolver
from core.infra.http import OutboundHttp
from core.infra.settings import Mode, OutboundSettings
from tests.core.infra.servers import Server

OPEN_NOTHING = OutboundSettings(frozenset(), insecure=False)
INSECURE = OutboundSettings(frozenset(), insecure=True)


def production(*allow: tuple[str, int], resolver: Resolver = system_resolver) -> OutboundHttp:
    return OutboundHttp(OutboundSettings(frozenset(allow), insecure=False), Mode.PRODUCTION, resolver=resolver)


def demo(ports: Collection[int]) -> OutboundHttp:
    return OutboundHttp(OPEN_NOTHING, Mode.DEMO, ports)


def reaching(server: Server) -> OutboundHttp:
    return demo([server.port])


class Names:
    """A name server: answers each question with the next of its answers, and counts them."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers[min(len(self.asked), len(self._answers)) - 1]
