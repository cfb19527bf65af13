"""The command `immo-card`: the companion of the browser that speaks with the identity card.

`immo-card --origin https://login.example` serves whoever sits before it; with `--software-cards FOLDER` it
holds test cards instead, for the demo and for tests.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from idp.eid.card.agent import Agent
from idp.eid.card.board import Board
from idp.eid.card.http_api import LOOPBACK, CardServer
from idp.eid.card.origins import parse_origin
from idp.eid.card.software.folder import open_folder
from idp.eid.card.software_cards import SoftwareCards

DEFAULT_PORT = 20786


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit status."""
    given = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        server = _software_server(given)
    except OSError as error:
        print(f"immo-card cannot listen on {LOOPBACK}:{given.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"immo-card listens on http://{LOOPBACK}:{server.server_port}", flush=True)  # noqa: T201
    stop.wait()
    server.shutdown()
    server.server_close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="immo-card", description="Lets pages use your identity card, with you.")
    parser.add_argument(
        "--origin",
        action="append",
        type=parse_origin,
        required=True,
        help="a site that may ask for the card, such as https://login.example; may be repeated",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="where the browser finds it (%(default)s)")
    parser.add_argument("--software-cards", type=Path, metavar="FOLDER", help="use test cards kept in a folder")
    return parser


def _software_server(given: argparse.Namespace) -> CardServer:
    issued = open_folder(given.software_cards, ocsp_url=f"http://{LOOPBACK}:{given.port}/ocsp")
    cards = SoftwareCards(issued.cards)
    agent = Agent(cards, Board(cards.state()), frozenset(given.origin), None, None, threading.Lock())
    return CardServer(agent, given.port, issued.responder().answer)


if __name__ == "__main__":
    sys.exit(main())
