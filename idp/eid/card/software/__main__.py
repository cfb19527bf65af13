"""Make the test cards of a folder, and say who holds them: python -m idp.eid.card.software FOLDER OCSP_URL."""

import sys
from pathlib import Path

from idp.eid.card.software.folder import open_folder


def main(arguments: list[str]) -> int:
    """Make what is missing; return the exit status."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)  # noqa: T201 - a program for the terminal
        return 2
    folder, ocsp_url = arguments
    for card in open_folder(Path(folder), ocsp_url=ocsp_url).cards:
        holder = card.holder
        print(f"{holder.number} {holder.given_names} {holder.family_name}")  # noqa: T201 - a program for the terminal
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
