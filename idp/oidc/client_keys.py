"""The public keys of clients: registered by value, or fetched from their jwks_uri and kept.

A fetched document serves for ten minutes. A `kid` that is not in it makes us look again, at most
once a minute, so that a client can rotate its keys and nobody can make us fetch without end.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from core.infra import log
from core.infra.errors import Unavailable
from core.infra.http import DOCUMENT_SECONDS, OutboundHttp, OutboundRefused
from core.proof.keys import ALGORITHMS, InvalidKey, PublicKey
from idp.oidc.registered_client import RegisteredClient

_SERVES_FOR = timedelta(minutes=10)
_LOOK_AGAIN_AFTER = timedelta(minutes=1)
_MOST_KEYS = 20
_MOST_DOCUMENTS = 1_000
_KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: tuple[PublicKey, ...]
    tried_at: datetime
    good_until: datetime


def read_keys(jwks: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """Return the signature keys of a document, once for each algorithm that they can serve.

    Keys that are of no use to us are passed over (RFC 7517 section 5). A key without `kid` is kept
    under an empty one.
    """
    entries = jwks.get("keys")
    usable = (entry for entry in (entries if isinstance(entries, list) else ()) if _may_verify(entry))
    found: list[PublicKey] = []
    for entry, _ in zip(usable, range(_MOST_KEYS), strict=False):
        found.extend(_for_each_algorithm(entry))
    return tuple(found)


def candidates(
    client: RegisteredClient, kid: str | None, algorithm: str, *, http: OutboundHttp, now: datetime
) -> tuple[PublicKey, ...]:
    """Return the client's keys that may have made a signature; none when there are none.

    Without a `kid` all keys that fit the algorithm are candidates. A jwks_uri that does not answer
    leaves the keys known from it in force.
    """
    return _find(client, lambda key: key.algorithm == algorithm and kid in {None, key.kid}, http=http, now=now)


def holds(client: RegisteredClient, thumbprint: str, *, http: OutboundHttp, now: datetime) -> bool:
    """Tell whether a key of this RFC 7638 thumbprint is among the client's."""
    return bool(_find(client, lambda key: key.key.thumbprint() == thumbprint, http=http, now=now))


def _find(
    client: RegisteredClient, is_wanted: Callable[[PublicKey], bool], *, http: OutboundHttp, now: datetime
) -> tuple[PublicKey, ...]:
    if client.jwks is not None:
        return tuple(filter(is_wanted, _registered(client, client.jwks)))
    if client.jwks_uri is None:
        return ()
    known = _known(client.jwks_uri, http)
    if known is None or (now >= known.good_until and _claim(client.jwks_uri, known, http, now)):
        known = _fetch(client.jwks_uri, known, http=http, now=now)
    found = tuple(filter(is_wanted, known.keys))
    if not found and _claim(client.jwks_uri, known, http, now):
        found = tuple(filter(is_wanted, _fetch(client.jwks_uri, known, http=http, now=now).keys))
    return found


_fetched: WeakKeyDictionary[OutboundHttp, dict[str, _Fetched]] = WeakKeyDictionary()
_imported: dict[str, tuple[Mapping[str, Any], tuple[PublicKey, ...]]] = {}
_lock = threading.Lock()


def _registered(client: RegisteredClient, jwks: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    # Importing a key costs more than verifying with it, and a client is the same object for seconds.
    known = _imported.get(client.client_id)
    if known is not None and known[0] is jwks:
        return known[1]
    keys = read_keys(jwks)
    with _lock:
        if len(_imported) >= _MOST_DOCUMENTS:
            _imported.clear()
        _imported[client.client_id] = (jwks, keys)
    return keys


def _known(uri: str, http: OutboundHttp) -> _Fetched | None:
    return _fetched.setdefault(http, {}).get(uri)


def _claim(uri: str, known: _Fetched, http: OutboundHttp, now: datetime) -> bool:
    """Take the turn to look again: once a minute, and one thread of all; the others use what is known."""
    with _lock:
        if _known(uri, http) is not known or now < known.tried_at + _LOOK_AGAIN_AFTER:
            return False
        _fetched[http][uri] = replace(known, tried_at=now)
        return True


def _fetch(uri: str, earlier: _Fetched | None, *, http: OutboundHttp, now: datetime) -> _Fetched:
    try:
        document = http.get_json(uri, timeout_seconds=DOCUMENT_SECONDS)
        keys = read_keys(document) if isinstance(document, dict) else ()
        fetched = _Fetched(keys, now, now + _SERVES_FOR)
    except (Unavailable, OutboundRefused) as error:
        log.event("jwks_not_fetched", log.WARNING, uri=uri, reason=error.code, details=dict(error.details))
        keys = earlier.keys if earlier is not None else ()
        fetched = _Fetched(keys, now, now + _LOOK_AGAIN_AFTER)
    with _lock:
        kept = _fetched.setdefault(http, {})
        if len(kept) >= _MOST_DOCUMENTS:
            kept.clear()
        kept[uri] = fetched
    return fetched


def _may_verify(entry: object) -> bool:
    return isinstance(entry, dict) and entry.get("use", "sig") == "sig"


def _for_each_algorithm(entry: Mapping[str, Any]) -> Iterable[PublicKey]:
    for algorithm in ALGORITHMS:
        if entry.get("kty") != _KEY_TYPES[algorithm] or entry.get("alg", algorithm) != algorithm:
            continue
        try:
            yield PublicKey.from_jwk({**entry, "kid": entry.get("kid", ""), "alg": algorithm})
        except InvalidKey:
            continue
