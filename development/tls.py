"""TLS in front of the demo's provider and portal (`make run TLS=1`).

    python -m development.tls --pair CERTIFICATE KEY --serve 8080:41234 --serve 8081:41235

Decrypts and passes bytes on, nothing else. The application server cannot choose cipher suites;
here TLS 1.2 offers ECDHE with AES-GCM only (RFC 9325 section 4.2, FAPI 2.0 Security Profile section
5.2), and 1.3 is preferred. With several pairs each client gets the certificate that it can verify.
"""

import argparse
import asyncio
import contextlib
import signal
import ssl
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path

from development.ports import LOOPBACK

_CHUNK_BYTES = 65_536
_HANDSHAKE_SECONDS = 30


def server_context(pairs: Iterable[tuple[Path, Path]]) -> ssl.SSLContext:
    """Return what a connection may agree on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM")
    context.options |= ssl.OP_NO_RENEGOTIATION
    for certificate, key in pairs:
        context.load_cert_chain(certificate, key)
    return context


async def serve(pairs: Sequence[tuple[int, int]], context: ssl.SSLContext, stop: asyncio.Event) -> None:
    """Pass what comes to the first port of each pair on to the second, until `stop` is set."""
    async with contextlib.AsyncExitStack() as stack:
        for here, there in pairs:
            relay = _Relay(there, context)
            await stack.enter_async_context(await asyncio.start_server(relay.connect, LOOPBACK, here))
        await stop.wait()


class _Relay:
    """Connects each caller with one port behind."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._port = port
        self._context = context

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Agree on a connection and pass bytes in both directions until either side has no more."""
        caller = _Caller(self._context, reader, writer)
        with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(_HANDSHAKE_SECONDS):
                await caller.shake_hands()
            # The application may just be started again; then the browser sees a closed connection.
            inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, self._port)
            await _until_either_ends(_take(caller, inner_writer), _give(inner_reader, caller))
            await _close(inner_writer)
        await caller.close()


class _Caller:
    """One caller's connection, decrypted here: asyncio itself closes a refused one without saying why."""

    def __init__(self, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def shake_hands(self) -> None:
        """Agree on version and suite; raise `ssl.SSLError` when there is none, which the caller is told."""
        while True:
            try:
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                await self._send()
                await self._receive()
            finally:
                await self._send()

    async def read(self) -> bytes:
        """Return what the caller says next; nothing once they have no more."""
        while True:
            try:
                return self._tls.read(_CHUNK_BYTES)
            except ssl.SSLWantReadError:
                await self._send()
                await self._receive()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def write(self, chunk: bytes) -> None:
        """Say something to the caller."""
        self._tls.write(chunk)
        await self._send()

    async def close(self) -> None:
        """Say that there is no more, and close."""
        with contextlib.suppress(OSError, ssl.SSLError):
            self._tls.unwrap()
        with contextlib.suppress(OSError):
            await self._send()
        await _close(self._writer)

    async def _send(self) -> None:
        if self._outgoing.pending:
            self._writer.write(self._outgoing.read())
            await self._writer.drain()

    async def _receive(self) -> None:
        chunk = await self._reader.read(_CHUNK_BYTES)
        if chunk:
            self._incoming.write(chunk)
        else:
            self._incoming.write_eof()


async def _until_either_ends(*ways: Coroutine[None, None, None]) -> None:
    tasks = {asyncio.create_task(way) for way in ways}
    _, still_open = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in still_open:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _take(caller: _Caller, writer: asyncio.StreamWriter) -> None:
    while chunk := await caller.read():
        writer.write(chunk)
        await writer.drain()


async def _give(reader: asyncio.StreamReader, caller: _Caller) -> None:
    while chunk := await reader.read(_CHUNK_BYTES):
        await caller.write(chunk)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _pair(text: str) -> tuple[int, int]:
    here, _, there = text.partition(":")
    return int(here), int(there)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="TLS in front of ports of this machine.")
    parser.add_argument(
        "--pair", type=Path, nargs=2, action="append", required=True, metavar=("CERTIFICATE", "KEY"), dest="pairs"
    )
    parser.add_argument("--serve", type=_pair, action="append", required=True, metavar="PORT:PORT_BEHIND")
    arguments = parser.parse_args()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(arguments.serve, server_context(arguments.pairs), stop)


if __name__ == "__main__":
    asyncio.run(_main())
