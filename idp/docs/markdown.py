"""Writes `docs/claims.md` from the claim tables: `python -m idp.docs.markdown > docs/claims.md`."""

import json
import sys
from collections.abc import Iterable, Iterator

from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Target
from idp.claims.protocol import PROTOCOL_CLAIMS
from idp.claims.scopes import SCOPES, STAFF_SCOPES
from idp.claims.values import Json

_NAMES = {Target.ID_TOKEN: "ID token", Target.ACCESS_TOKEN: "access token", Target.USERINFO: "userinfo"}

_HEAD = """# Claims

Made from the claim table (`idp/claims/`); do not edit, run `python -m idp.docs.markdown > docs/claims.md`.
The running product shows the same at `/docs/claims`, for programs at `/docs/claims.json`, with a JSON
Schema for each kind of token at `/docs/claims/schema/`.

A token speaks of one context: one organisation, one usage, one role. A claim whose value is not known
is left out, never null or empty. Claims are added over time and never change their meaning: ignore what
you do not know. An ID token and an access token live ten minutes, an access token for the wallet five,
and none longer than the accreditation, membership or mandate under it. Another context takes another
authorization request, or a token exchange (`docs/other-devices-and-token-exchange.md`).
"""


def markdown() -> str:
    """Return the document, in English."""
    return "\n".join([_HEAD, *_scopes(), *_claims(), *_protocol(), *_examples()])


def _scopes() -> Iterator[str]:
    yield "## Scopes\n"
    yield from _table(("scope", "gives"), ((f"`{scope.name}`", scope.description) for scope in SCOPES))
    yield "## Scopes of the portal\n"
    yield from _table(("scope", "gives"), ((f"`{scope.name}`", scope.description) for scope in STAFF_SCOPES))
    yield "They open the interface at `/admin/v1`. Only the portal is given them, only for people who hold the role"
    yield "at that moment, and only bound to a key; no tool can ask for them.\n"


def _claims() -> Iterator[str]:
    yield "## Claims by scope\n"
    rows = ((f"`{claim.name}`", f"`{claim.scope}`", _targets(claim.targets), claim.description) for claim in CLAIMS)
    yield from _table(("claim", "scope", "in", "meaning"), rows)
    yield "The `claims` parameter may ask for each of them by name, in the ID token or in userinfo, within"
    yield "the scopes your client is registered for; claims of access tokens alone are the exception.\n"


def _protocol() -> Iterator[str]:
    yield "## Claims of the protocol\n"
    rows = (
        (f"`{claim.name}`", _targets(claim.targets), _targets(claim.required), claim.description)
        for claim in PROTOCOL_CLAIMS
    )
    yield from _table(("claim", "in", "always in", "meaning"), rows)


def _examples() -> Iterator[str]:
    yield "## Examples\n"
    for target in Target:
        yield f"{_NAMES[target][0].upper()}{_NAMES[target][1:]}, with every scope:\n"
        yield "```json"
        yield json.dumps(example(target), indent=2, ensure_ascii=False)
        yield "```\n"


def example(target: Target) -> dict[str, Json]:
    """Return a token of a kind as it looks when every scope was granted."""
    protocol: dict[str, Json] = {
        claim.name: claim.example
        for claim in PROTOCOL_CLAIMS
        if target in claim.targets and (target is not Target.USERINFO or target in claim.required)
    }
    if target is Target.ACCESS_TOKEN:
        protocol["aud"] = f"{protocol['iss']}/userinfo"
    return protocol | {claim.name: claim.example_in(target) for claim in CLAIMS if target in claim.targets}


def _targets(targets: frozenset[Target]) -> str:
    return ", ".join(_NAMES[target] for target in Target if target in targets) or "none"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(markdown())
