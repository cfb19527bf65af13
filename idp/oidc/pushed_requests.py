"""Pushed authorization requests between the PAR endpoint and the browser (RFC 9126).

A request lies in the store under the digest of its request_uri and is spent by the first who gets
an answer or a page with it. What its interaction is called is remembered beside: whoever loads the
same address again in the browser that holds this interaction goes on with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from core.infra.ids import digest, new_secret
from core.infra.store.interface import EphemeralStore, Kind, Writes
from idp.oidc.authorize import Asked
from idp.oidc.checks.parameters import Parameters
from idp.oidc.pending import PENDING_LIFE

# FAPI 2.0 Security Profile section 5.3.2.2: less than ten minutes; a browser is sent here at once.
LIFE = timedelta(seconds=90)
PREFIX = "urn:ietf:params:oauth:request_uri:"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a request_uri: the request, or the interaction that began with it, or neither."""

    asked: Asked | None
    begun_uid: str | None


def is_ours(request_uri: str | None) -> bool:
    """Tell whether a request_uri is one that the PAR endpoint may have given."""
    return request_uri is not None and request_uri.startswith(PREFIX)


def keep(store: EphemeralStore, asked: Asked) -> str:
    """Keep a request that was judged, and return the request_uri that stands for it once."""
    request_uri = PREFIX + new_secret()
    store.put(Kind.PAR, digest(request_uri), orjson.dumps(_to_json(asked)), LIFE)
    return request_uri


def find(store: EphemeralStore, request_uri: str) -> Found:
    """Return what is known of a request_uri, and spend nothing."""
    key = digest(request_uri)
    kept, begun = store.get_many(((Kind.PAR, key), (Kind.PAR_BEGUN, key)))
    asked = None if kept is None else _from_json(orjson.loads(kept))
    return Found(asked, None if begun is None else begun.decode())


def spend(store: EphemeralStore, request_uri: str) -> bool:
    """Use the request up; of several at once exactly one gets True."""
    return store.take(Kind.PAR, digest(request_uri)) is not None


def remember(writes: Writes, request_uri: str, uid: str) -> None:
    """Remember the interaction that began with a spent request, for as long as it may go on."""
    writes.put(Kind.PAR_BEGUN, digest(request_uri), uid.encode(), PENDING_LIFE)


def _to_json(asked: Asked) -> dict[str, object]:
    found = asked.parameters
    return {
        "version": _FORMAT,
        "values": dict(found.values),
        "resources": found.resources,
        "is_signed": asked.is_signed,
    }


def _from_json(members: Mapping[str, Any]) -> Asked | None:
    # Of another release: the tool asks again.
    if members["version"] != _FORMAT:
        return None
    found = Parameters(values=members["values"], resources=tuple(members["resources"]))
    return Asked(found, is_pushed=True, is_signed=members["is_signed"])
