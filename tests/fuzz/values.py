"""What is sent to endpoints: the words of the protocol, odd text, tokens of every shape, and mixtures.

A request is a good one in which some parameters were replaced, repeated or left out, so that what is
odd gets as far as it can before it is noticed.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from joserfc import jws
from joserfc.jwk import Key

EVIL = "https://evil.example"
Pairs = list[tuple[str, str]]

_ODD = (
    "", " ", "\x00", "é", "\u202e\ud7ff", "\ufffe", "%00", "%", "%zz", "&=", "\r\nX-Injected: yes",
    '"><script>alert(1)</script>',
    "'", "\\", "..", "../../etc/passwd", f"{EVIL}/", f"//{EVIL[8:]}", "javascript:alert(1)", "data:text/html,x",
    "http://[", "http://[::1",
    "https://user:pass@tool.immo.test/callback", "A" * 3000, "{}", "[]", "null", "0", "-1", "1e309", "9" * 400, "٣",
    "true", "[" * 500,
    '{"a":' * 200, '{"id_token":{"sub":{"value":1}}}', '{"userinfo":[]}', '{"userinfo":{"name":{"essential":"x"}}}',
    "none", "none login", "openid openid",
    "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "urn:ietf:params:oauth:request_uri:x", "S256", "plain", "form_post",
    "fragment", "query.jwt", "jwt",
)  # fmt: skip
_JSON: SearchStrategy[object] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(10**400)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=3,
)
_CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "htm", "htu", "ath", "nonce", "client_id", "redirect_uri",
    "response_type",
    "scope", "claims", "max_age", "prompt", "request", "request_uri", "response_mode", "state", "acr_values",
    "resource",
)  # fmt: skip
_HEADERS = ("alg", "kid", "typ", "crit", "jwk", "jku", "x5c", "b64", "zip", "enc")
text = st.one_of(st.sampled_from(_ODD), st.text(max_size=30))


def parameters(good: Mapping[str, str], names: Sequence[str], values: SearchStrategy[str]) -> SearchStrategy[Pairs]:
    """Return good parameters with up to three changes: a value, a repetition, an absence, a stranger."""
    changed = st.tuples(st.sampled_from([*names, "unknown"]), st.one_of(values, text, st.none()), st.booleans())
    return st.lists(changed, max_size=3).map(lambda changes: _changed(good, changes))


def _changed(good: Mapping[str, str], changes: Sequence[tuple[str, str | None, bool]]) -> Pairs:
    pairs = list(good.items())
    for name, value, repeats in changes:
        if not repeats:
            pairs = [pair for pair in pairs if pair[0] != name]
        pairs += [] if value is None else [(name, value)]
    return pairs


def encoded(pairs: Pairs) -> str:
    """Return parameters as a form or a query; lone surrogates travel as a careless client would send them."""
    parts = (
        f"{quote_from_bytes(name.encode('utf-8', 'surrogatepass'))}"
        f"={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in pairs
    )
    return "&".join(parts)


def signed(key: Key, good: Mapping[str, object], header: Mapping[str, object]) -> SearchStrategy[str]:
    """Return tokens whose signature is right and whose claims and headers are good, but for up to three."""
    claims = st.dictionaries(st.sampled_from(_CLAIMS), st.one_of(_JSON, text), max_size=3)
    headers = st.dictionaries(st.sampled_from(_HEADERS), st.one_of(_JSON, text), max_size=1)
    return st.tuples(claims, headers).map(lambda odd: _sign(key, {**good, **odd[0]}, {**header, **odd[1]}))


def _sign(key: Key, claims: Mapping[str, object], header: Mapping[str, object]) -> str:
    payload = json.dumps(claims).encode("utf-8", "surrogatepass")
    good = jws.serialize_compact({"alg": "ES256"}, payload, key, algorithms=["ES256"])
    if header == {"alg": "ES256"}:
        return good
    # The header is ours to spoil: where it no longer fits what was signed, the signature is a wrong one.
    first = urlsafe_b64encode(json.dumps(header).encode("utf-8", "surrogatepass")).rstrip(b"=").decode()
    try:
        return jws.serialize_compact(dict(header), payload, key, algorithms=["ES256"])
    except Exception:  # noqa: BLE001 - whatever the library refuses to sign is sent all the same
        return f"{first}.{good.split('.')[1]}.{good.split('.')[2]}"


headers = st.dictionaries(
    st.sampled_from(
        ("Authorization", "DPoP", "Content-Type", "Accept", "Accept-Language", "Cookie", "Origin", "Host", "Referer",
         "X-Forwarded-For", "X-Forwarded-Host", "x-fapi-interaction-id", "If-None-Match",
         "Access-Control-Request-Headers")
    ),
    st.one_of(
        st.sampled_from(
            ("", "Bearer", "Bearer ", "Bearer a b", "Basic", "Basic !!!", "Basic /////w==", "Basic OjpvOg==",
            "DPoP x", "Bearer \xe9",
             "application/json", "multipart/form-data", "multipart/form-data; boundary=", "text/plain; charset=\xff",
             "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded;charset=nope",
             "nl;q=x,,*;q=9",
             '__Host-session=x; a="; =;;', "null", "evil.example", "*/*;q=", "a" * 2000)
        ),
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=20),
    ),
    max_size=2,
)  # fmt: skip
bodies = st.one_of(
    st.none(), st.binary(max_size=60), st.just(b"\xff\xfe"), st.just(b"{" * 3000), st.just(b"[" * 20_000),
    st.just(b"&" * 3000)
)  # fmt: skip
