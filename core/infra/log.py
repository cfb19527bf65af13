"""Structured logging: one JSON object a line, an event name and fields, never a secret.

Whoever logs names the event and its fields (`code_redeemed client_id=… person_id=…`). Whatever
else reaches the log, from a library or a traceback, passes the same filter: values of fields
that hold secrets are dropped, and what looks like a token, a mail address or a national number
is masked in running text.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TextIO

import orjson

from core.infra.ids import new_id

DEBUG: Final = logging.DEBUG
INFO: Final = logging.INFO
WARNING: Final = logging.WARNING
ERROR: Final = logging.ERROR

MASK = "***"
_LONGEST = 20_000

# Set by the outermost layer of each application for the time of a request.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# Most requests of programs log nothing: they get their name when something is.
_UNNAMED = ""

# The handler that `configure` made last.
_configured: "logging.StreamHandler[TextIO] | None" = None
_LOGGER = logging.getLogger("immo")
_ROOT = logging.getLogger()

# A name is secret as a whole or by its last word; `error_code` and its like are not.
_SENSITIVE = (
    r"(?!(?:error|status|reason)_code\b)(?:[a-z0-9_.-]{0,80}[_.-])?"
    r"(?:code|token|secret|assertion|password|passwd|pin|cookie|authorization|verifier|"
    r"national[_-]?number|private[_-]?key|id[_-]?token[_-]?hint|session[_-]?id|nonce|csrf)"
)
_SECRET_FIELD = re.compile(_SENSITIVE, re.IGNORECASE)

# Repetitions are bounded: hostile text must not make the log slow.
_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(Bearer|Basic|DPoP)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE), rf"\1 {MASK}"),
    # name=value, name: value, "name": "value", as in URLs, forms, headers and JSON.
    (
        re.compile(
            rf"""(?<![\w-])(["']?)({_SENSITIVE})\1(\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s&;,"'}})\]]+)""", re.IGNORECASE
        ),
        rf"\1\2\1\3{MASK}",
    ),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){1,4}"), MASK),
    (re.compile(r"//[^/\s:@]{0,200}:[^/\s@]{1,200}@"), f"//{MASK}@"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{0,189}\w"), MASK),
    (re.compile(r"\b\d{2}\.?\d{2}\.?\d{2}[- ]?\d{3}[.]?\d{2}\b"), MASK),
)
# What is written as it is; `bool` is a kind of `int`.
_PLAIN = (int, float)
# No mask can match a text without any of these: most identifiers and names have none.
_SUSPICIOUS = re.compile(r"[@=:\s]|eyJ|\d{2}\.?\d{2}\.?\d{2}")


def event(name: str, level: int = INFO, *, trace: BaseException | None = None, **fields: object) -> None:
    """Log one event with its fields, and the traceback of `trace` when it is given.

    A field whose name says that it is secret is masked.
    """
    if not _LOGGER.isEnabledFor(level):
        return
    if trace is None and (handler := _sole_listener()) is not None:
        _write(handler, name, level, fields)
        return
    caught = None if trace is None else (type(trace), trace, trace.__traceback__)
    # Made here, because `Logger.log` would look for the caller's line, which no reader needs.
    record = _LOGGER.makeRecord(_LOGGER.name, level, "", 0, name, (), caught, extra={"immo_fields": fields})
    _LOGGER.handle(record)


def _sole_listener() -> "logging.StreamHandler[TextIO] | None":
    """Return the handler that `configure` made where nobody else listens: a record would be for it alone."""
    is_alone = _ROOT.handlers == [_configured] and not _LOGGER.handlers and not _LOGGER.filters and _LOGGER.propagate
    return _configured if is_alone else None


def _write(handler: "logging.StreamHandler[TextIO]", name: str, level: int, fields: Mapping[str, object]) -> None:
    """Write the line of an event as the handler would write its record, at a third of the cost."""
    cleaned = {field: _clean_field(field, value) for field, value in fields.items()}
    line = _line(time.time(), level, clean(name), None, cleaned)
    try:
        with handler.lock or nullcontext():
            handler.stream.write(_serialised(line) + handler.terminator)
            handler.stream.flush()
    except Exception:  # noqa: BLE001 - as in any handler: who logs does not fail by it
        handler.handleError(_LOGGER.makeRecord(_LOGGER.name, level, "", 0, name, (), None))


def begin_request() -> None:
    """Begin a request that gets a name of its own as soon as `request_name` is asked for it."""
    request_id.set(_UNNAMED)


def request_name() -> str | None:
    """Return the name of the current request, None outside of any."""
    current = request_id.get()
    if current == _UNNAMED:
        current = new_id("req")
        request_id.set(current)
    return current


def clean(text: str) -> str:
    """Return the text, at most 20,000 characters, with all masked that looks like a secret or a person's data."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    # Every mask begins at the edge of a word or holds what no word has: one that begins with a
    # letter, as identifiers do, holds nothing for them.
    if (text.isascii() and text.isidentifier()) or _SUSPICIOUS.search(text) is None:
        return text
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


class SecretFilter(logging.Filter):
    """Cleans every record, whoever made it, before a handler formats it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask secrets in the message, the fields and the traceback; let every record pass."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        record.msg, record.args = clean(message), None
        fields = getattr(record, "immo_fields", None)
        if fields is not None:
            record.immo_fields = {name: _clean_field(name, value) for name, value in fields.items()}
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = clean(logging.Formatter().formatException(record.exc_info))
        return True


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_FIELD.fullmatch(name) is not None


def _clean_field(name: str, value: object) -> object:
    if _is_secret(name):
        return MASK
    if value is None or isinstance(value, _PLAIN):
        return value
    return clean(str(value))


def _line(when: float, level: int, name: str, logger: str | None, fields: Mapping[str, object]) -> dict[str, object]:
    """Return the members of a line; no field stands in the place of another member."""
    line: dict[str, object] = {
        "time": datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(level).lower(),
        "event": name,
    }
    if logger is not None:
        line["logger"] = logger
    current = request_name()
    if current is not None:
        line["request_id"] = current
    for field, value in fields.items():
        line.setdefault(field, value)
    return line


def _serialised(line: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(line).decode()
    except TypeError:
        # Lone surrogates and huge numbers come from hostile input, and must not silence the log.
        return json.dumps(line)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, request id, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        logger = None if record.name == _LOGGER.name else record.name
        fields = getattr(record, "immo_fields", {})
        line = _line(record.created, record.levelno, record.getMessage(), logger, fields)
        if record.exc_text:
            line["traceback"] = record.exc_text
        return _serialised(line)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send all logging of the process to `stream` (standard error) as JSON lines, cleaned.

    Authlib writes whole requests at DEBUG, so it stays at WARNING whatever `level` says.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(SecretFilter())
    _ROOT.handlers[:] = [handler]
    _ROOT.setLevel(level)
    global _configured  # noqa: PLW0603 - the log is one for the process
    _configured = handler
    for chatty in ("authlib", "urllib3"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, _ROOT.level))
