"""How a tool is described: a value that is edited, kept when another takes its place, and set anew."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.infra.localised import Localised
from core.tools.tables import RoleRow, TermsRow, ToolRow, UsageRow


@dataclass(frozen=True, slots=True)
class RoleText:
    """A role as it is described."""

    code: str
    name: Localised
    entitlements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UsageText:
    """A usage as it is described; what it needs stands apart."""

    code: str
    name: Localised
    default_role: str


@dataclass(frozen=True, slots=True)
class TermsText:
    """A version of the terms, and where it can be read."""

    version: str
    url: str


@dataclass(frozen=True, slots=True)
class Description:
    """All that operators say about a tool, but what its usages need."""

    name: Localised
    description: Localised
    purpose: Localised
    publisher: str
    support_address: str
    home_url: str | None
    logo_url: str | None
    accreditation_kinds: tuple[str, ...] = ()
    roles: tuple[RoleText, ...] = ()
    usages: tuple[UsageText, ...] = ()
    terms: tuple[TermsText, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Description":
        """Return what was kept."""
        return cls(
            name=Localised(**kept["name"]),
            description=Localised(**kept["description"]),
            purpose=Localised(**kept["purpose"]),
            publisher=kept["publisher"],
            support_address=kept["support_address"],
            home_url=kept["home_url"],
            logo_url=kept["logo_url"],
            accreditation_kinds=tuple(kept["accreditation_kinds"]),
            roles=tuple(
                RoleText(role["code"], Localised(**role["name"]), tuple(role["entitlements"])) for role in kept["roles"]
            ),
            usages=tuple(
                UsageText(usage["code"], Localised(**usage["name"]), usage["default_role"]) for usage in kept["usages"]
            ),
            terms=tuple(TermsText(**terms) for terms in kept["terms"]),
        )


def described(session: Session, row: ToolRow) -> Description:
    """Return how a tool is described now; three statements."""
    found = session.scalars(select(RoleRow).where(RoleRow.tool_id == row.id).order_by(RoleRow.position, RoleRow.code))
    usages = session.scalars(
        select(UsageRow).where(UsageRow.tool_id == row.id).order_by(UsageRow.position, UsageRow.code)
    )
    terms = session.scalars(
        select(TermsRow).where(TermsRow.tool_id == row.id).order_by(TermsRow.published_at, TermsRow.version)
    )
    return Description(
        name=Localised(row.name_nl, row.name_fr, row.name_en),
        description=Localised(row.description_nl, row.description_fr, row.description_en),
        purpose=Localised(row.purpose_nl, row.purpose_fr, row.purpose_en),
        publisher=row.publisher,
        support_address=row.support_address,
        home_url=row.home_url,
        logo_url=row.logo_url,
        accreditation_kinds=tuple(row.accreditation_kinds),
        roles=tuple(
            RoleText(role.code, Localised(role.name_nl, role.name_fr, role.name_en), tuple(role.entitlements))
            for role in found
        ),
        usages=tuple(
            UsageText(usage.code, Localised(usage.name_nl, usage.name_fr, usage.name_en), usage.default_role)
            for usage in usages
        ),
        terms=tuple(TermsText(one.version, one.url) for one in terms),
    )


def without(description: Description, **codes: str) -> Description:
    """Return the description without one role, usage or version of terms."""
    changed = description
    if "role" in codes:
        changed = replace(changed, roles=tuple(one for one in changed.roles if one.code != codes["role"]))
    if "usage" in codes:
        changed = replace(changed, usages=tuple(one for one in changed.usages if one.code != codes["usage"]))
    if "terms" in codes:
        changed = replace(changed, terms=tuple(one for one in changed.terms if one.version != codes["terms"]))
    return changed
