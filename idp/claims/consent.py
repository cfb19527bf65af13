"""What the consent screen says a tool receives: the same table, in words for the person. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from idp.claims.catalogue import CLAIMS
from idp.claims.claim import Claim
from idp.claims.scopes import HEADINGS, SCOPES, ConsentKind


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One thing a tool receives: the scope it came by, or the claim asked for by name.

    `text` is a source string to be translated where it is shown.
    """

    asked_by: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsentGroup:
    """Things under one heading; `heading` is a source string to be translated."""

    kind: ConsentKind
    heading: str
    lines: tuple[ConsentLine, ...]


def consent_groups(scope: Collection[str], claims: Collection[str]) -> tuple[ConsentGroup, ...]:
    """Return what scopes and claims asked for by name give a tool, grouped, in a fixed order.

    Pass only names that `assemble.requestable` let through. `offline_access` gives no data: the
    page says by itself that access lasts.
    """
    lines = _lines(scope, claims)
    groups = (
        ConsentGroup(kind, HEADINGS[kind], tuple(line for found, line in lines if found is kind))
        for kind in ConsentKind
    )
    return tuple(group for group in groups if group.lines)


def _lines(scope: Collection[str], claims: Collection[str]) -> tuple[tuple[ConsentKind, ConsentLine], ...]:
    kinds = {entry.name: entry.kind for entry in SCOPES}
    lines = [
        (kinds[claim.scope], ConsentLine(claim.scope, claim.label))
        for claim in CLAIMS
        if claim.label is not None and claim.scope in scope
    ]
    lines += [
        (kinds[claim.scope], ConsentLine(claim.name, _label(claim)))
        for claim in CLAIMS
        if claim.name in claims and claim.scope not in scope
    ]
    lines += [
        (entry.kind, ConsentLine(entry.name, entry.label))
        for entry in SCOPES
        if entry.label is not None and entry.name in scope
    ]
    return tuple(dict.fromkeys(lines))


def _label(claim: Claim) -> str:
    # A claim without a label of its own stands under the label of the one before it in the table.
    position = CLAIMS.index(claim)
    for earlier in reversed(CLAIMS[: position + 1]):
        if earlier.label is not None and earlier.scope == claim.scope:
            return earlier.label
    raise LookupError(f"no label covers {claim.name}")
