"""Runs pcscd with the virtual reader where nobody else sees either: in a network and a mount of its own.

Started by `tests.support.pcsc` through `unshare`. The folder handed over becomes `/run` in here, so pcscd's
socket, whose place was fixed when it was built, appears in that folder outside. Cards come through a Unix
socket of the same folder, because the reader listens on TCP to whoever reaches it (eid.md 6.4).
"""

import asyncio
import contextlib
import fcntl
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

READER_PORT = 15963
_SIOCSIFFLAGS = 0x8914
_IFF_UP_RUNNING = 0x1 | 0x40
_START_SECONDS = 10


def main(folder: Path, pcscd: str, library: str, readers: int) -> int:
    """Serve until the standard input ends; return the exit status of pcscd."""
    _loopback_up()
    (folder / "pcscd").mkdir(exist_ok=True)
    subprocess.run(["mount", "--bind", str(folder), "/run"], check=True)
    configuration = folder / "readers"
    configuration.mkdir(exist_ok=True)
    if readers:
        (configuration / "virtual").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{READER_PORT}\n'
            f"LIBPATH {library}\nCHANNELID {READER_PORT}\n"
        )
    with (folder / "pcscd.log").open("wb") as log:
        command = [pcscd, "--foreground", "--config", str(configuration), *_without_polkit(pcscd)]
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        return asyncio.run(_serve(folder, server, readers))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _without_polkit(pcscd: str) -> list[str]:
    helped = subprocess.run([pcscd, "--help"], capture_output=True, text=True, check=False)
    return ["--disable-polkit"] if "--disable-polkit" in helped.stdout + helped.stderr else []


def _loopback_up() -> None:
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", _IFF_UP_RUNNING)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


async def _serve(folder: Path, server: "subprocess.Popen[bytes]", readers: int) -> int:
    ends = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), ends.set)
    cards = await asyncio.start_unix_server(_carry, str(folder / "card")) if readers else None
    async with asyncio.timeout(_START_SECONDS):
        while not (folder / "pcscd" / "pcscd.comm").exists() or (readers and not _reader_listens()):
            if server.poll() is not None:
                raise RuntimeError("pcscd ended at its start")
            await asyncio.sleep(0.02)
    print("ready", flush=True)  # noqa: T201 - read by whoever started us
    await ends.wait()
    if cards is not None:
        cards.close()
    return 0


def _reader_listens() -> bool:
    # Looked up, not connected to: a connection would be a card.
    return f":{READER_PORT:04X} " in Path("/proc/net/tcp").read_text("ascii")


async def _carry(card: asyncio.StreamReader, card_end: asyncio.StreamWriter) -> None:
    """Connect one card with the reader; when either side goes, so does the other."""
    reader, reader_end = await asyncio.open_connection("127.0.0.1", READER_PORT)
    tcp: socket.socket = reader_end.get_extra_info("socket")
    tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    pumps = [asyncio.create_task(_pump(*ends, tcp)) for ends in ((card, reader_end), (reader, card_end))]
    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    for writer in (reader_end, card_end):
        writer.close()
    for pump in pumps:
        pump.cancel()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, tcp: socket.socket) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(4096):
            # Asked anew each time, or each command waits 40 ms for what acknowledges it.
            tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            sink.write(data)
            await sink.drain()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
