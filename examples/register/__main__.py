"""`python -m examples.register KIND FILE PORT`: serves a file of holders on this machine; the secret is asked for."""

import getpass
import sys
from pathlib import Path

from examples.register.app import create_app, read_holders

_ARGUMENTS = 3


def main(arguments: list[str]) -> None:
    """Serve the register until stopped."""
    if len(arguments) != _ARGUMENTS or not arguments[2].isdigit():
        sys.exit("usage: python -m examples.register KIND FILE PORT")
    kind, file, port = arguments
    holders = read_holders(Path(file))
    secret = getpass.getpass("Secret shared with Immo-Connect: ")
    create_app(kind, holders, secret).run("127.0.0.1", int(port))


if __name__ == "__main__":
    main(sys.argv[1:])
