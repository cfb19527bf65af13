"""The payment sandbox's book in a file, so that a restart forgets no payment."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from development.payment_book import Amount, Book, Chargeback, Contents, Payment, Refund, Settlement


class UnreadableBook(ValueError):
    """A file is no book of ours, or one of another version."""


def open_book(path: Path) -> Book:
    """Return the book in a file, empty where there is none; each change is written. Raises `UnreadableBook`."""
    try:
        contents = _contents(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        contents = Contents()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableBook(str(path)) from error
    return Book(contents, partial(_write, path))


def _write(path: Path, contents: Contents) -> None:
    # Whoever dies while writing leaves the book as it was.
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(asdict(contents), default=_plain, indent=1), "utf-8")
    beside.replace(path)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"no way to write a {type(value).__name__}")


def _contents(found: Mapping[str, Any]) -> Contents:
    return Contents(
        payments={name: _payment(one) for name, one in found["payments"].items()},
        first_calls={key: (asked, _payment(first)) for key, (asked, first) in found["first_calls"].items()},
        settlements=[Settlement(**_dated(one, "settled_at")) for one in found["settlements"]],
    )


def _payment(found: Mapping[str, Any]) -> Payment:
    values = {
        **_dated(found, "created_at", "paid_at"),
        "amount": Amount(**found["amount"]),
        "refunds": tuple(Refund(**_dated(one, "at")) for one in found["refunds"]),
        "chargebacks": tuple(Chargeback(**_dated(one, "at", "reversed_at")) for one in found["chargebacks"]),
        "announced": tuple(found["announced"]),
        "settled": frozenset(found["settled"]),
    }
    return Payment(**values)


def _dated(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    moments = {name: None if found[name] is None else datetime.fromisoformat(found[name]) for name in names}
    return {**found, **moments}
