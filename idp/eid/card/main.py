"""The command `immo-card`: the companion of the browser that speaks with the identity card.

`immo-card --origin https://login.example` serves whoever sits before it; with `--software-cards FOLDER` it
holds test cards instead, for the demo and for tests.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from idp.eid.card.agent import Agent
from idp.eid.card.board import Board
from idp.eid.card.cards import Cards
from idp.eid.card.http_api import LOOPBACK, CardServer
from idp.eid.card.modules import CHOSEN, ModulePlace, installed
from idp.eid.card.origins import parse_origin
from idp.eid.card.pairing import Pairings, default_folder
from idp.eid.card.plastic_cards import PlasticCards
from idp.eid.card.prompts.choice import PLACES, NoPrompts, choose_prompts
from idp.eid.card.prompts.interface import Prompts
from idp.eid.card.software.folder import open_folder
from idp.eid.card.software_cards import SoftwareCards
from idp.eid.card.token_cards import TokenCards
from idp.eid.card.watcher import Watcher

DEFAULT_PORT = 20786


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.token is not None and given.module is None:
        parser.error("--token needs --module")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serving(given) as server:
            _say(f"immo-card listens on http://{LOOPBACK}:{server.server_port}")
            stop.wait()
    except NoPrompts as error:
        _say(str(error))
        return 1
    except OSError as error:
        _say(f"immo-card cannot listen on {LOOPBACK}:{given.port}: {error.strerror}")
        return 1
    return 0


@contextmanager
def serving(given: argparse.Namespace) -> Iterator[CardServer]:
    """Serve in threads of their own until the block ends; raise `NoPrompts` or OSError."""
    server = _software_server(given) if given.software_cards else _card_server(given)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    watched = server.agent.cards
    watcher = Watcher(watched, server.agent.board, server.agent.lock) if isinstance(watched, PlasticCards) else None
    if watcher is not None:
        watcher.start()
    try:
        yield server
    finally:
        if watcher is not None:
            watcher.stop()
        if server.agent.prompts is not None:
            server.agent.prompts.hide()
        server.shutdown()
        thread.join()
        server.server_close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="immo-card", description="Lets pages use your identity card, with you.")
    add = parser.add_argument
    add(
        "--origin",
        action="append",
        type=parse_origin,
        required=True,
        help="a site that may ask for the card, such as https://login.example; may be repeated",
    )
    add("--port", type=int, default=DEFAULT_PORT, help="where the browser finds it (%(default)s)")
    add("--software-cards", type=Path, metavar="FOLDER", help="use test cards that are kept in a folder")
    add("--prompts", choices=PLACES, default="auto", help="where you are asked for consent and PIN (%(default)s)")
    add("--module", type=Path, metavar="FILE", help="a PKCS#11 module, instead of those that are found")
    add("--no-module", action="store_true", help="sign without any PKCS#11 module")
    add("--token", metavar="LABEL", help="use the token of this label in --module, and no reader")
    add("--state", type=Path, metavar="FOLDER", default=default_folder(), help="where pairings are kept (%(default)s)")
    return parser


def _software_server(given: argparse.Namespace) -> CardServer:
    issued = open_folder(given.software_cards, ocsp_url=f"http://{LOOPBACK}:{given.port}/ocsp")
    agent = _agent(given, SoftwareCards(issued.cards), None, None)
    return CardServer(agent, given.port, issued.responder().answer)


def _card_server(given: argparse.Namespace) -> CardServer:
    prompts = choose_prompts(given.prompts)
    return CardServer(
        _agent(given, _cards(given, prompts), prompts, Pairings(given.state / "pairings.json")), given.port
    )


def _cards(given: argparse.Namespace, prompts: Prompts) -> PlasticCards | TokenCards:
    if given.token is not None:
        return TokenCards(prompts, given.module, given.token)
    if given.no_module:
        return PlasticCards(prompts, ())
    return PlasticCards(prompts, (ModulePlace(CHOSEN, given.module),) if given.module else installed())


def _agent(given: argparse.Namespace, cards: Cards, prompts: Prompts | None, pairings: Pairings | None) -> Agent:
    return Agent(cards, Board(cards.state()), frozenset(given.origin), prompts, pairings, threading.Lock())


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a program for the terminal


if __name__ == "__main__":
    sys.exit(main())
