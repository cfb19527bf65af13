"""TLS in front of the demo's provider and portal (`make run TLS=1`).

    python -m development.tls --certificate FILE --key FILE --serve 8080:41234 --serve 8081:41235

Decrypts and passes bytes on, nothing else. The application server cannot choose cipher suites;
here TLS 1.2 offers ECDHE with AES-GCM only (RFC 9325 section 4.2), and 1.3 is preferred.
"""

import argparse
import asyncio
import contextlib
import signal
import ssl
from collections.abc import Sequence
from pathlib import Path

from development.ports import LOOPBACK

_CHUNK_BYTES = 65_536


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what a connection may agree on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM")
    context.load_cert_chain(certificate, key)
    return context


async def serve(pairs: Sequence[tuple[int, int]], context: ssl.SSLContext, stop: asyncio.Event) -> None:
    """Pass what comes to the first port of each pair on to the second, until `stop` is set."""
    async with contextlib.AsyncExitStack() as stack:
        for here, there in pairs:
            relay = _Relay(there)
            await stack.enter_async_context(await asyncio.start_server(relay.connect, LOOPBACK, here, ssl=context))
        await stop.wait()


class _Relay:
    """Connects each caller with one port behind."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes in both directions until either side has no more."""
        try:
            inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, self._port)
        except OSError:
            # The application is being started again; the browser sees a closed connection.
            await _close(writer)
            return
        ways = {asyncio.create_task(_pump(reader, inner_writer)), asyncio.create_task(_pump(inner_reader, writer))}
        _, open_ways = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in open_ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        await _close(inner_writer)
        await _close(writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()


def _pair(text: str) -> tuple[int, int]:
    here, _, there = text.partition(":")
    return int(here), int(there)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="TLS in front of ports of this machine.")
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--serve", type=_pair, action="append", required=True, metavar="PORT:PORT_BEHIND")
    arguments = parser.parse_args()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(arguments.serve, server_context(arguments.certificate, arguments.key), stop)


if __name__ == "__main__":
    asyncio.run(_main())
